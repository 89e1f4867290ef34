import { Alert, Button, Code, CopyButton, Group, List, Text } from '@mantine/core';
import { saveFile } from '../../ui/save-file.ts';

/** What opens the account without the app; shown this once. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  const text = codes.join('\n');
  return (
    <Alert color="teal" title="Keep these recovery codes">
      <Text size="sm" mb="xs">
        Each opens your account once, in the place of the app, if you lose it. They are not shown again.
      </Text>
      <List size="sm" listStyleType="none" data-testid="recovery-codes">
        {codes.map((code) => (
          <List.Item key={code}>
            <Code>{code}</Code>
          </List.Item>
        ))}
      </List>
      <Group gap="xs" mt="sm">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy all'}
            </Button>
          )}
        </CopyButton>
        <Button
          size="xs"
          variant="default"
          onClick={() => saveFile('xeno-recovery-codes.txt', new Blob([`${text}\n`], { type: 'text/plain' }))}
        >
          Download
        </Button>
      </Group>
    </Alert>
  );
}
