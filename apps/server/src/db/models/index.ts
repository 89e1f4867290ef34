import type { Sequelize } from 'sequelize';
import { defineMembership } from './membership.ts';
import { defineOauthState } from './oauth-state.ts';
import { defineRefreshToken } from './refresh-token.ts';
import { defineSession } from './session.ts';
import { defineSyncRun } from './sync-run.ts';
import { defineSyncStream } from './sync-stream.ts';
import { defineTenant } from './tenant.ts';
import { defineUser } from './user.ts';

/** The models are classes of one Sequelize instance: a process may have two databases open, as the tests have. */
export function defineModels(sequelize: Sequelize) {
  return {
    User: defineUser(sequelize),
    Session: defineSession(sequelize),
    RefreshToken: defineRefreshToken(sequelize),
    Tenant: defineTenant(sequelize),
    Membership: defineMembership(sequelize),
    OauthState: defineOauthState(sequelize),
    SyncRun: defineSyncRun(sequelize),
    SyncStream: defineSyncStream(sequelize),
  };
}

export type Models = ReturnType<typeof defineModels>;
