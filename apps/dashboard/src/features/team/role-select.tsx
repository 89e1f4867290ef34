import { NativeSelect, type NativeSelectProps } from '@mantine/core';
import type { Role } from '@xeno/contracts';
import { ROLE_MEANINGS, roleChoices } from './roles.ts';

/** A role to be chosen, and below it what it may. */
export const RoleSelect = ({ role, ...props }: NativeSelectProps & { role: Role }) => (
  <NativeSelect
    label="Role"
    description={ROLE_MEANINGS[role]}
    inputWrapperOrder={['label', 'input', 'error', 'description']}
    data={roleChoices}
    {...props}
  />
);
