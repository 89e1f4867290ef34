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
  /** Set: it counts for nothing until an admin of the store confirms it. */
  declare waitingSince: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
}

export function defineMembership(sequelize: Sequelize) {
  class BoundMembership extends Membership {}
  BoundMembership.init(
    {
      tenantId: { ...idColumn('tenantId'), primaryKey: true },
      userId: { ...idColumn('userId'), primaryKey: true },
      role: DataTypes.STRING(16),
      waitingSince: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
    },
    { sequelize, modelName: 'Membership', tableName: 'memberships', updatedAt: false },
  );
  return BoundMembership;
}
