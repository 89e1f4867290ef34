import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

export type Cell = string | number | null;

export interface Table {
  title: string;
  /** What the columns mean where their heads do not say it. */
  note?: string;
  columns: string[];
  rows: Cell[][];
}

export interface Report {
  name: string;
  title: string;
  /** What was measured, on what; a line each. */
  facts: string[];
  tables: Table[];
}

/** Processor, cores, runtime and how busy the machine is with other things: without it no figure means anything. */
export function machineLine(engines: string[]): string {
  const load = loadavg();
  const busy = load[0]! > availableParallelism() / 2 ? ' (busy with other work: figures are too low)' : '';
  return [
    `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`,
    `Node ${process.versions.node}`,
    ...engines,
    `load ${load.map((value) => value.toFixed(1)).join(' ')}${busy}`,
  ].join(' · ');
}

export const sqliteVersion = (): string => `SQLite ${process.versions.sqlite}`;

/** Prints the report and keeps it under `results/` as JSON and as Markdown. */
export async function publish(report: Report): Promise<void> {
  const folder = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const text = markdown(report);
  writeFileSync(`${folder}${report.name}.md`, text);
  writeFileSync(
    `${folder}${report.name}.json`,
    await format(JSON.stringify(report), { parser: 'json', printWidth: 120 }),
  );
  console.log(`\n${text}\nbench/results/${report.name}.{md,json}`);
}

function markdown({ title, facts, tables }: Report): string {
  return [
    `# ${title}`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...tables.flatMap((table) => [`## ${table.title}`, ...(table.note ? [table.note] : []), grid(table)]),
  ]
    .join('\n\n')
    .concat('\n');
}

/** A Markdown table whose columns are as wide as their cells, so that it is one in a terminal too. */
function grid({ columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))];
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)));
  const isNumber = columns.map((_, i) =>
    rows.every((row) => row[i] === null || /^[-+×<]?[\d.,]+/.test(String(row[i]))),
  );
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (isNumber[i] ? '-'.repeat(width - 1) + ':' : '-'.repeat(width))).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export const progress = (text: string): void => console.error(text);

/** The digits that matter: 0.042, 1.23, 45.6, 789. */
export function short(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 0.1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** A whole number given as `--name N`. */
export function numberOption(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  if (at === -1) return otherwise;
  const value = Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} needs a whole number above zero`);
  return value;
}

export const isQuick = process.argv.includes('--quick');
