import { Popover, Text } from '@mantine/core';
import { cloneElement, useRef, useState, type ReactElement, type RefAttributes } from 'react';

export default function ExplainOpened(props: { trigger: ReactElement; term: string; meaning: string }) {
  const target = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(true);
  const trigger = cloneElement(
    props.trigger as ReactElement<RefAttributes<HTMLButtonElement> & { autoFocus: boolean; onClick: () => void }>,
    { ref: target, autoFocus: true, onClick: () => setOpened((was) => !was) },
  );
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      onDismiss={() => target.current?.focus()}
      width={280}
      position="bottom"
      withArrow
      shadow="md"
    >
      <Popover.Target>{trigger}</Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600} mb={4}>
          {props.term}
        </Text>
        <Text size="sm">{props.meaning}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}
