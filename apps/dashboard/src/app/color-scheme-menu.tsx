import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { ChoiceMenu } from '../ui/choice-menu.tsx';

const SCHEMES = {
  light: { label: 'Light', Icon: IconSun },
  dark: { label: 'Dark', Icon: IconMoon },
  auto: { label: 'As the system', Icon: IconDeviceDesktop },
};

export function ColorSchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { label, Icon } = SCHEMES[colorScheme];
  return (
    <ChoiceMenu
      width={190}
      trigger={
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Colour scheme: ${label}`}>
          <Icon size={19} aria-hidden />
        </ActionIcon>
      }
      chosen={colorScheme}
      choices={(['light', 'dark', 'auto'] as const).map((key) => ({
        key,
        label: SCHEMES[key].label,
        onChoose: () => setColorScheme(key),
      }))}
    />
  );
}
