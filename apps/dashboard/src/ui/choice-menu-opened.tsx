import { Menu, Text } from '@mantine/core';
import { cloneElement, useRef, type ReactElement, type RefAttributes } from 'react';
import type { Choice, ChoiceMenuProps } from './choice-menu.tsx';

export default function ChoiceMenuOpened(props: ChoiceMenuProps) {
  const { choices, chosen, label, width = 240, position = 'bottom-end' } = props;
  const target = useRef<HTMLButtonElement>(null);
  const trigger = cloneElement(
    props.trigger as ReactElement<RefAttributes<HTMLButtonElement> & { autoFocus: boolean }>,
    { ref: target, autoFocus: true },
  );
  const pick = (key: string) => choices.find((choice) => choice.key === key)?.onChoose();
  return (
    <Menu
      defaultOpened
      position={position}
      width={width}
      shadow="md"
      // An element of no role, which a menu may not contain.
      withInitialFocusPlaceholder={false}
      // Opened as it is mounted, the menu has not seen where the focus came from.
      onClose={() => target.current?.focus()}
    >
      <Menu.Target>{trigger}</Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: 'auto' }}>
        {label && (
          <>
            <Menu.Label>{label}</Menu.Label>
            <Menu.Divider />
          </>
        )}
        {chosen === undefined ? (
          choices.map((choice) => (
            <Menu.Item key={choice.key} leftSection={choice.icon} disabled={choice.disabled} onClick={choice.onChoose}>
              <Words choice={choice} />
            </Menu.Item>
          ))
        ) : (
          <Menu.RadioGroup value={chosen ?? ''} onChange={pick}>
            {choices.map((choice) => (
              <Menu.RadioItem key={choice.key} value={choice.key} closeMenuOnClick>
                <Words choice={choice} />
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function Words({ choice: { label, hint } }: { choice: Choice }) {
  return (
    <>
      <Text size="sm" dir="auto" ta="start">
        {label}
      </Text>
      {hint && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {hint}
        </Text>
      )}
    </>
  );
}
