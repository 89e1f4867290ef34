import type { RunStatus, SyncKind } from '@xeno/contracts';
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

/** Runs that are not over. */
export const ACTIVE: RunStatus[] = ['queued', 'running'];

/** One fetching of a store's data. At most one a store is queued or running. */
export class SyncRun extends Model<InferAttributes<SyncRun>, InferCreationAttributes<SyncRun>> {
  declare tenantId: string;
  declare id: string;
  declare kind: SyncKind | 'backfill';
  declare status: RunStatus;
  declare startedAt: CreationOptional<Date | null>;
  declare finishedAt: CreationOptional<Date | null>;
  declare error: CreationOptional<string | null>;
  declare notice: CreationOptional<string | null>;
  /** The kind of run that was asked for meanwhile, and is to follow. */
  declare again: CreationOptional<SyncKind | null>;
  declare createdAt: CreationOptional<Date>;
}

export function defineSyncRun(sequelize: Sequelize) {
  class BoundSyncRun extends SyncRun {}
  BoundSyncRun.init(
    {
      tenantId: { ...idColumn('tenantId'), primaryKey: true },
      id: { ...idColumn('id'), primaryKey: true },
      kind: DataTypes.STRING(16),
      status: DataTypes.STRING(16),
      startedAt: DataTypes.DATE(3),
      finishedAt: DataTypes.DATE(3),
      error: DataTypes.TEXT,
      notice: DataTypes.TEXT,
      again: DataTypes.STRING(16),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'SyncRun', tableName: 'sync_runs', updatedAt: false },
  );
  return BoundSyncRun;
}
