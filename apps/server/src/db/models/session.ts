import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

export type SessionEnd = 'logout' | 'reuse' | 'ended' | 'password';

/** One log-in: the family of the refresh tokens that follow from it. Access tokens name it and live no longer than it. */
export class Session extends Model<InferAttributes<Session>, InferCreationAttributes<Session>> {
  declare id: string;
  declare userId: string;
  declare userAgent: string;
  declare address: string;
  declare lastUsedAt: Date;
  declare expiresAt: Date;
  declare endedAt: CreationOptional<Date | null>;
  declare endReason: CreationOptional<SessionEnd | null>;
  declare createdAt: CreationOptional<Date>;
}

export function defineSession(sequelize: Sequelize) {
  class BoundSession extends Session {}
  BoundSession.init(
    {
      id: { ...idColumn('id'), primaryKey: true },
      userId: idColumn('userId'),
      userAgent: DataTypes.STRING,
      address: DataTypes.STRING(64),
      lastUsedAt: DataTypes.DATE(3),
      expiresAt: DataTypes.DATE(3),
      endedAt: DataTypes.DATE(3),
      endReason: DataTypes.STRING(16),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'Session', tableName: 'sessions', updatedAt: false },
  );
  return BoundSession;
}
