import type { RunStatus, StreamName } from '@xeno/contracts';
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

/** One of a run's streams: `full` fetches everything, `incremental` what changed from `cursorFrom` to `cursorTo`. */
export class SyncStream extends Model<InferAttributes<SyncStream>, InferCreationAttributes<SyncStream>> {
  declare tenantId: string;
  declare runId: string;
  declare name: StreamName;
  declare kind: 'full' | 'incremental';
  declare status: RunStatus;
  /** With what it was begun, of the grants by which Shopify tells more of it; null before. */
  declare grants: CreationOptional<string | null>;
  declare done: CreationOptional<number>;
  declare expected: CreationOptional<number | null>;
  declare startedAt: CreationOptional<Date | null>;
  declare finishedAt: CreationOptional<Date | null>;
  declare cursorFrom: CreationOptional<Date | null>;
  declare cursorTo: CreationOptional<Date | null>;
  declare completeFrom: CreationOptional<string | null>;
  declare error: CreationOptional<string | null>;
}

export function defineSyncStream(sequelize: Sequelize) {
  class BoundSyncStream extends SyncStream {}
  BoundSyncStream.init(
    {
      tenantId: { ...idColumn('tenantId'), primaryKey: true },
      runId: { ...idColumn('runId'), primaryKey: true },
      name: { type: DataTypes.STRING(16), primaryKey: true },
      kind: DataTypes.STRING(16),
      status: DataTypes.STRING(16),
      grants: DataTypes.STRING,
      done: { type: DataTypes.INTEGER, defaultValue: 0 },
      expected: DataTypes.INTEGER,
      startedAt: DataTypes.DATE(3),
      finishedAt: DataTypes.DATE(3),
      cursorFrom: DataTypes.DATE(3),
      cursorTo: DataTypes.DATE(3),
      completeFrom: DataTypes.DATEONLY,
      error: DataTypes.TEXT,
    },
    { sequelize, modelName: 'SyncStream', tableName: 'sync_streams', timestamps: false },
  );
  return BoundSyncStream;
}
