import { setTimeout as delay } from 'node:timers/promises';
import { tryPort } from '../../../../scripts/lib/ports.mjs';
import { Program } from '../harness/program.ts';
import { type Balancer, startBalancer } from './balancer.ts';

/** `one`: a single process; `many`: two that answer, two that work, one that schedules. */
export type Size = 'one' | 'many';

const MEMBERS: Record<Size, readonly string[]> = {
  one: ['all'],
  many: ['api', 'api', 'worker', 'worker', 'scheduler'],
};

interface Member {
  name: string;
  program: Program;
  env: Record<string, string>;
  /** It is being started or stopped by us: the watch leaves it alone. */
  busy: boolean;
}

/** The processes of one installation behind one address; whatever dies is started again after a moment. */
export class Cluster {
  readonly url: string;
  /** How often a member was found dead and started again. */
  revivals = 0;
  readonly #members: Member[];
  readonly #balancer: Balancer;
  readonly #nextEnv: (name: string) => Record<string, string>;
  #watch: Promise<void> | null = null;
  #stopped = false;

  /** `nextEnv` gives settings for the member that is started next, such as the fail point it is to die at. */
  static async start(
    size: Size,
    env: Record<string, string>,
    nextEnv: (name: string) => Record<string, string> = () => ({}),
  ): Promise<Cluster> {
    const members: Member[] = [];
    const ports: number[] = [];
    for (const [i, name] of MEMBERS[size].entries()) {
      const own: Record<string, string> = {};
      if (name === 'api' || name === 'all') {
        const port = (await tryPort(0, '127.0.0.1'))!;
        ports.push(port);
        own.PORT = String(port);
      }
      members.push({ name: `${name}${i}`, program: new Program(name, env), env: own, busy: false });
    }
    const balancer = await startBalancer(ports);
    const cluster = new Cluster(members, balancer, nextEnv);
    for (const { env: own } of members) own.APP_URL = balancer.url;
    await Promise.all(members.map((member) => member.program.start(member.env)));
    cluster.#watch = cluster.#reviveTheDead();
    return cluster;
  }

  private constructor(members: Member[], balancer: Balancer, nextEnv: (name: string) => Record<string, string>) {
    this.#members = members;
    this.#balancer = balancer;
    this.#nextEnv = nextEnv;
    this.url = balancer.url;
  }

  get names(): string[] {
    return this.#members.map(({ name }) => name);
  }

  /** Kills a member (SIGKILL) and starts it again; false where it is just being started, and was not killed. */
  async kill(name: string): Promise<boolean> {
    const member = this.#members.find((other) => other.name === name)!;
    if (member.busy) return false;
    member.busy = true;
    await member.program.kill();
    await this.#revive(member, this.#nextEnv(member.name));
    return true;
  }

  /** All of them anew, without any of the settings that `nextEnv` gave. */
  async restart(): Promise<void> {
    for (const member of this.#members) {
      while (member.busy) await delay(20);
      member.busy = true;
      await member.program.kill();
      await this.#revive(member, {});
    }
  }

  /** Asks all to stop; gives their exit codes. */
  async stop(): Promise<(number | null)[]> {
    this.#stopped = true;
    await this.#watch;
    const codes = await Promise.all(this.#members.map(({ program }) => program.stop()));
    await this.#balancer.close();
    return codes;
  }

  /** What the members wrote, for reports of what went wrong. */
  get said(): string {
    return this.#members.map(({ name, program }) => `--- ${name}\n${program.said}`).join('\n');
  }

  async #reviveTheDead(): Promise<void> {
    while (!this.#stopped) {
      for (const member of this.#members) {
        if (member.busy || member.program.isRunning) continue;
        member.busy = true;
        this.revivals++;
        void this.#revive(member, this.#nextEnv(member.name));
      }
      await delay(50);
    }
  }

  async #revive(member: Member, env: Record<string, string>): Promise<void> {
    while (!this.#stopped) {
      try {
        await member.program.start({ ...member.env, ...env });
        break;
      } catch {
        env = {}; // its database may be away, or it died at its fail point while it started
        await delay(200);
      }
    }
    member.busy = false;
  }
}
