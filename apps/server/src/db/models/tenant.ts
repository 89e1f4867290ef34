import type { TenantStatus } from '@xeno/contracts';
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

/** Connections that are over: nobody hears of these stores any more. */
export const ENDED: ReadonlySet<TenantStatus> = new Set(['disconnected', 'uninstalled', 'erasing']);

/** A Shopify store. Tokens are sealed; see db/seal.ts. */
export class Tenant extends Model<InferAttributes<Tenant>, InferCreationAttributes<Tenant>> {
  declare id: string;
  declare userId: string;
  declare shopDomain: string;
  declare storeName: string;
  declare accessToken: string | null;
  declare accessTokenExpiresAt: Date | null;
  declare refreshToken: string | null;
  declare refreshTokenExpiresAt: Date | null;
  /** Comma-separated, as granted. */
  declare scopes: string;
  declare currency: string | null;
  declare timezone: string | null;
  declare apiVersion: string | null;
  /** The secret end of the address that this store's webhooks go to; null until the first connection that made one. */
  declare webhookKey: CreationOptional<string | null>;
  /** When this installation was made, by Shopify's clock. */
  declare installedAt: CreationOptional<Date | null>;
  declare status: TenantStatus;
  declare statusReason: string | null;
  /** Whether members must have a second factor. */
  declare requiresSecondFactor: CreationOptional<boolean>;
  declare lastSyncAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineTenant(sequelize: Sequelize) {
  class BoundTenant extends Tenant {}
  BoundTenant.init(
    {
      id: { ...idColumn('id'), primaryKey: true },
      userId: idColumn('userId'),
      shopDomain: DataTypes.STRING,
      storeName: DataTypes.TEXT,
      accessToken: DataTypes.TEXT,
      accessTokenExpiresAt: DataTypes.DATE(3),
      refreshToken: DataTypes.TEXT,
      refreshTokenExpiresAt: DataTypes.DATE(3),
      scopes: DataTypes.STRING(2000),
      currency: DataTypes.STRING(3),
      timezone: DataTypes.STRING(64),
      apiVersion: DataTypes.STRING(16),
      webhookKey: DataTypes.STRING(64),
      installedAt: DataTypes.DATE(3),
      status: DataTypes.STRING(20),
      statusReason: DataTypes.TEXT,
      requiresSecondFactor: { type: DataTypes.BOOLEAN, defaultValue: false },
      lastSyncAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'Tenant', tableName: 'tenants' },
  );
  return BoundTenant;
}
