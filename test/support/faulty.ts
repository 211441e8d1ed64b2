/** Ports that fail when a test says so: it orders which of the next calls fail and how, and replaces no method. */

import { Failure } from '../../shared/domain/failure.ts';
import type { Queue, Sealer, Secrets, Store, Webex } from '../../shared/ports.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a port's method takes and answers
type Method = (...args: any[]) => Promise<unknown>;
type MethodsOf<Port> = { [Name in keyof Port]: Port[Name] extends Method ? Name : never }[keyof Port] & string;
type ArgsOf<Port, Name extends keyof Port> = Port[Name] extends Method ? Parameters<Port[Name]> : never;

/** Which of the next calls an order falls on. All that is given must hold. */
export interface Which<Args extends unknown[]> {
  /** How many calls; 1 unless given. */
  times?: number | 'always';
  /** A path, or the start of one with a slash at its end, that the call reads or writes. */
  path?: string | RegExp;
  when?: (...args: Args) => boolean;
}

export interface FaultyPort<Port> {
  /** The next calls throw. With `answerLost` the call acts before it throws, so the caller cannot know what happened. */
  failNext<Name extends MethodsOf<Port>>(
    method: Name,
    failure: Error,
    which?: Which<ArgsOf<Port, Name>> & { answerLost?: boolean },
  ): void;
  /** Runs `action` before the next calls act: what another process does in between. */
  beforeNext<Name extends MethodsOf<Port>>(
    method: Name,
    action: (...args: ArgsOf<Port, Name>) => unknown,
    which?: Which<ArgsOf<Port, Name>>,
  ): void;
  /** Runs `action` after the next calls have acted, before their answer arrives. */
  afterNext<Name extends MethodsOf<Port>>(
    method: Name,
    action: (...args: ArgsOf<Port, Name>) => unknown,
    which?: Which<ArgsOf<Port, Name>>,
  ): void;
  /** Answers the next calls with what `answer` returns; `act` makes the real call, with other arguments where it is given some. */
  answerNext<Name extends MethodsOf<Port>>(
    method: Name,
    answer: (act: Act<Port, Name>, ...args: ArgsOf<Port, Name>) => Promise<Answer<Port, Name>>,
    which?: Which<ArgsOf<Port, Name>>,
  ): void;
  /** Forgets every order, or those for one method. */
  heal(method?: MethodsOf<Port>): void;
}

type Act<Port, Name extends keyof Port> = (...other: ArgsOf<Port, Name> | []) => Promise<Answer<Port, Name>>;
type Answer<Port, Name extends keyof Port> = Port[Name] extends Method ? Awaited<ReturnType<Port[Name]>> : never;

export type FaultyStore = Store & FaultyPort<Store>;
export type FaultyWebex = Webex & FaultyPort<Webex>;
export type FaultyQueue = Queue & FaultyPort<Queue>;
export type FaultySealer = Sealer & FaultyPort<Sealer>;
export type FaultySecrets = Secrets & FaultyPort<Secrets>;

/** Counts a call in progress, as `during` of the frozen clock does. */
type Around = <T>(call: Promise<T>) => Promise<T>;

interface Order {
  method: string;
  left: number;
  fits: (args: unknown[]) => boolean;
  run: (act: (...other: unknown[]) => Promise<unknown>, args: unknown[]) => Promise<unknown>;
}

/** A port whose next calls can be made to fail. Orders are served in the order given, one order a call. */
export function faulty<Port extends object>(
  port: Port,
  { around = (call) => call, pathsOf = () => [] }: { around?: Around; pathsOf?: (args: unknown[]) => string[] } = {},
): Port & FaultyPort<Port> {
  const orders: Order[] = [];

  function call(method: string, real: (args: unknown[]) => Promise<unknown>, args: unknown[]): Promise<unknown> {
    const found = orders.find((each) => each.method === method && each.left > 0 && each.fits(args));
    if (!found) return real(args);
    found.left -= 1;
    return found.run((...other) => real(other.length > 0 ? other : args), args);
  }

  const controls = controlsOf(orders, pathsOf);
  return new Proxy(port, {
    get(target, name) {
      if (name in controls) return controls[name as keyof typeof controls];
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => call(String(name), (given) => around(method.apply(target, given)), args);
    },
  }) as Port & FaultyPort<Port>;
}

/** What a test calls to add orders to `orders`, or to forget them. */
function controlsOf(orders: Order[], pathsOf: (args: unknown[]) => string[]): FaultyPort<Record<string, Method>> {
  function order(method: string, which: Which<never> = {}, run: Order['run']): void {
    const { times = 1, path, when } = which;
    orders.push({
      method,
      left: times === 'always' ? Number.POSITIVE_INFINITY : times,
      fits: (args) =>
        (path === undefined || pathsOf(args).some((each) => isPath(path, each))) &&
        (when === undefined || (when as (...given: unknown[]) => boolean)(...args)),
      run,
    });
  }

  return {
    failNext(method, failure, which) {
      order(method, which, async (act) => {
        if (which?.answerLost) await act();
        throw failure;
      });
    },
    beforeNext(method, action, which) {
      order(method, which, async (act, args) => {
        await action(...args);
        return act();
      });
    },
    afterNext(method, action, which) {
      order(method, which, async (act, args) => {
        const answer = await act();
        await action(...args);
        return answer;
      });
    },
    answerNext(method, answer, which) {
      order(method, which, (act, args) => answer(act as never, ...args));
    },
    heal(method) {
      orders.splice(0, orders.length, ...orders.filter((each) => method !== undefined && each.method !== method));
    },
  };
}

/** A store whose orders may name a path: `failNext('commit', storeUnavailable(), { path: 'connections/' })`. */
export const faultyStore = (store: Store, around?: Around): FaultyStore =>
  faulty(store, { pathsOf: storePaths, ...(around && { around }) });

export const storeUnavailable = () => new Failure('store_unavailable', 'The store is away.');
export const conflict = () => new Failure('conflict', 'The document was changed in between.');
export const queueUnavailable = () => new Failure('queue_unavailable', 'The queue is away.');

/** The paths that a call of the store reads or writes; a query's is its collection. */
function storePaths([first]: unknown[]): string[] {
  if (typeof first === 'string') return [first];
  if (!Array.isArray(first)) return [`${(first as { collection: string }).collection}/`];
  return first.map((each) => (typeof each === 'string' ? each : (each.set ?? each.delete)));
}

function isPath(wanted: string | RegExp, path: string): boolean {
  if (wanted instanceof RegExp) return wanted.test(path);
  return wanted.endsWith('/') ? path.startsWith(wanted) : path === wanted;
}
