import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

export class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
  declare id: string;
  declare name: string;
  /** As `normalizeEmail` makes it: the column compares byte by byte. */
  declare email: string;
  /** An argon2id hash in PHC form. */
  declare password: string;
  /** Sealed. */
  declare totpSecret: CreationOptional<string | null>;
  /** Since when a second factor is asked for. */
  declare totpConfirmedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
}

export function defineUser(sequelize: Sequelize) {
  class BoundUser extends User {}
  BoundUser.init(
    {
      id: { ...idColumn('id'), primaryKey: true },
      name: DataTypes.STRING(200),
      email: DataTypes.STRING(254),
      password: DataTypes.STRING,
      totpSecret: DataTypes.TEXT,
      totpConfirmedAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'User', tableName: 'users', updatedAt: false },
  );
  return BoundUser;
}
