/** Kinds of entries that can be looked for, by what their actions begin with. */
export const KINDS: Record<string, string> = {
  'store.': 'The store and its connection',
  'member.': 'Members and roles',
  'invitation.': 'Invitations',
  'token.': 'API tokens',
  'sync.': 'Syncs',
  'webhooks.': 'Webhooks',
  'reconciliation.': 'Comparisons',
  'privacy.': 'Privacy',
};

/** What each action is called before people; one that is not here is shown as it is. */
export const ACTIONS: Record<string, string> = {
  'store.connected': 'Store connected',
  'store.disconnected': 'Store disconnected',
  'store.handed_over': 'Store handed over',
  'store.second_factor_demanded': 'Second factor demanded of all members',
  'store.second_factor_not_demanded': 'Second factor no longer demanded',
  'member.invited': 'Member invited',
  'member.joined': 'Member joined',
  'member.confirmed': 'Earlier member confirmed',
  'member.role_changed': 'Role changed',
  'member.removed': 'Member removed',
  'member.left': 'Member left',
  'invitation.revoked': 'Invitation revoked',
  'token.created': 'API token created',
  'token.revoked': 'API token revoked',
  'sync.requested': 'Sync asked for',
  'webhooks.replayed': 'Webhooks replayed',
  'reconciliation.requested': 'Comparison with Shopify asked for',
  'privacy.data_requested': 'Customer asked for their data',
  'privacy.file_downloaded': 'File of a data request downloaded',
  'privacy.customer_redacted': 'Customer’s personal data erased',
  'privacy.shop_redacted': 'Store’s data erased',
  'privacy.shop_redact_ignored': 'Erasure ignored: the store was connected again since',
  'privacy.unknown_shop': 'Privacy request for a store that is not known',
};
