import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

/** A connection that was begun: single use, bound to the user, the session, the shop and the browser (by its cookie). */
export class OauthState extends Model<InferAttributes<OauthState>, InferCreationAttributes<OauthState>> {
  declare stateHash: string;
  declare userId: string;
  /** With which it ends; states without one are not taken. */
  declare sessionId: string | null;
  declare shopDomain: string;
  declare browserHash: string;
  declare expiresAt: Date;
  declare usedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
}

export function defineOauthState(sequelize: Sequelize) {
  class BoundOauthState extends OauthState {}
  BoundOauthState.init(
    {
      stateHash: { type: DataTypes.STRING(64), primaryKey: true },
      userId: idColumn('userId'),
      sessionId: idColumn('sessionId', true),
      shopDomain: DataTypes.STRING,
      browserHash: DataTypes.STRING(64),
      expiresAt: DataTypes.DATE(3),
      usedAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'OauthState', tableName: 'oauth_states', updatedAt: false },
  );
  return BoundOauthState;
}
