import { ROLES, type Role } from '@xeno/contracts';

export const ROLE_NAMES: Record<Role, string> = { admin: 'Admin', store_manager: 'Store manager', analyst: 'Analyst' };

const EXPLAINED: Record<Role, string> = {
  admin: 'everything, members and connections too',
  store_manager: 'figures, customers and syncs',
  analyst: 'figures, without customers’ names and addresses',
};

export const roleChoices = [...ROLES].map((role) => ({ value: role, label: ROLE_NAMES[role] }));
export const roleChoicesExplained = [...ROLES].map((role) => ({
  value: role,
  label: `${ROLE_NAMES[role]} – ${EXPLAINED[role]}`,
}));
