import { DataTypes, type Model, type ModelAttributeColumnOptions } from 'sequelize';

/** A 64-bit id: digits as a string, whatever the driver gives. */
export function idColumn(name: string, allowNull = false): ModelAttributeColumnOptions {
  return {
    type: DataTypes.BIGINT,
    allowNull,
    get(this: Model) {
      const value = this.getDataValue(name) as string | number | null | undefined;
      return value === null || value === undefined ? value : String(value);
    },
  };
}
