import type { Role } from '@xeno/contracts';
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { idColumn } from './columns.ts';

/** A user's role in a store. */
export class Membership extends Model<InferAttributes<Membership>, InferCreationAttributes<Membership>> {
  declare tenantId: string;
  declare userId: string;
  declare role: Role;
  declare createdAt: CreationOptional<Date>;
}

export function defineMembership(sequelize: Sequelize) {
  class BoundMembership extends Membership {}
  BoundMembership.init(
    {
      tenantId: { ...idColumn('tenantId'), primaryKey: true },
      userId: { ...idColumn('userId'), primaryKey: true },
      role: DataTypes.STRING(16),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'Membership', tableName: 'memberships', updatedAt: false },
  );
  return BoundMembership;
}
