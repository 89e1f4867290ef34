import { Button, CopyButton, Group, TextInput } from '@mantine/core';

/** What is shown this once, to be taken along. */
export function CopyText({ text, label }: { text: string; label: string }) {
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        label={<bdi>{label}</bdi>}
        value={text}
        readOnly
        flex="1 1 14rem"
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
