import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

/** A refresh token is good for one use; only its SHA-256 is kept, used ones too, to notice when one comes again. */
export class RefreshToken extends Model<InferAttributes<RefreshToken>, InferCreationAttributes<RefreshToken>> {
  declare tokenHash: string;
  declare sessionId: string;
  declare usedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
}

export function defineRefreshToken(sequelize: Sequelize) {
  class BoundRefreshToken extends RefreshToken {}
  BoundRefreshToken.init(
    {
      tokenHash: { type: DataTypes.STRING(64), primaryKey: true },
      sessionId: idColumn('sessionId'),
      usedAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'RefreshToken', tableName: 'refresh_tokens', updatedAt: false },
  );
  return BoundRefreshToken;
}
