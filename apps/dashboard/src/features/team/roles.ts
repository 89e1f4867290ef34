import { ROLES, type Role } from '@xeno/contracts';

export const ROLE_NAMES: Record<Role, string> = { admin: 'Admin', store_manager: 'Store manager', analyst: 'Analyst' };

/** What each may see and do. */
export const ROLE_MEANINGS: Record<Role, string> = {
  admin: 'Everything, members and connections too.',
  store_manager: 'Figures, customers and syncs.',
  analyst: 'Figures, without customers’ names and addresses.',
};

export const roleChoices = [...ROLES].map((role) => ({ value: role, label: ROLE_NAMES[role] }));
