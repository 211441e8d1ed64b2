/** Finds, starts and stops Google's emulators of Firestore and Pub/Sub, as installed with the Google Cloud CLI. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const readyTimeoutMs = 30_000;
const run = promisify(execFile);

export interface Emulators {
  /** `host:port` */
  firestoreHost: string;
  pubsubHost: string;
  stop(): Promise<void>;
}

/**
 * Starts both on free loopback ports. Returns `undefined` if the Google Cloud CLI, an emulator or Java is missing.
 * They stop with `stop()`, and when this process dies for any reason.
 * Users of one emulator choose random project ids to stay apart.
 */
export async function startEmulators(): Promise<Emulators | undefined> {
  const commands = await findEmulators();
  if (commands === undefined) return undefined;
  const [firestorePort, pubsubPort] = await freePorts(2);
  const firestoreHost = `127.0.0.1:${firestorePort}`;
  const pubsubHost = `127.0.0.1:${pubsubPort}`;
  const firestore = startJava([...commands.firestore, '--host', '127.0.0.1', '--port', String(firestorePort)]);
  const pubsub = startJava([...commands.pubsub, '--host=127.0.0.1', `--port=${pubsubPort}`]);
  const stop = async () => {
    await Promise.all([firestore.end(), pubsub.end()]);
  };
  try {
    await Promise.all([firestore.ready(firestoreHost), pubsub.ready(pubsubHost)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { firestoreHost, pubsubHost, stop };
}

/** The arguments of `java` for each emulator. Their own launch scripts would hide the JVM's process id. */
async function findEmulators(): Promise<{ firestore: string[]; pubsub: string[] } | undefined> {
  const sdk = run('gcloud', ['info', '--format=value(installation.sdk_root)']);
  const java = run('java', ['-version']);
  try {
    const [{ stdout }] = await Promise.all([sdk, java]);
    const platform = join(stdout.trim(), 'platform');
    const launcher = await readFile(join(platform, 'cloud-firestore-emulator', 'cloud_firestore_emulator'), 'utf8');
    const mainClass = /\s(com\.google\.[\w.]+)/.exec(launcher)?.[1];
    const firestoreJar = join(platform, 'cloud-firestore-emulator', 'cloud-firestore-emulator.jar');
    const pubsubLib = join(platform, 'pubsub-emulator', 'lib');
    const pubsubJar = (await readdir(pubsubLib)).find((name) => name.endsWith('-all.jar'));
    if (mainClass === undefined || pubsubJar === undefined) return undefined;
    return {
      // Without a limit the emulator grows beyond 1 GB under load.
      firestore: ['-Xmx512m', '-Duser.language=en', '-cp', firestoreJar, mainClass],
      pubsub: ['-Xmx256m', '-jar', join(pubsubLib, pubsubJar)],
    };
  } catch {
    return undefined;
  }
}

/** Starts a JVM under a shell that stops it when the shell's standard input closes. That also happens when this process is killed. */
function startJava(args: string[]): { ready(host: string): Promise<void>; end(): Promise<void> } {
  // Ctrl-C reaches the whole process group, and the shell must survive it to stop the JVM.
  const script =
    'trap : INT TERM HUP; java "$@" </dev/null 2>&1 & jvm=$!; cat >/dev/null; kill $jvm 2>/dev/null; wait $jvm';
  // In the C locale a JVM does not start in a folder whose name is not ASCII.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const shell = spawn('sh', ['-c', script, 'sh', ...args], { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/', env });
  let output = '';
  shell.stdout.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-2000);
  });
  return {
    ready: (host) => waitUntilReady(host, () => output),
    end: () => end(shell),
  };
}

async function waitUntilReady(host: string, output: () => string): Promise<void> {
  const endsAt = Date.now() + readyTimeoutMs;
  while (Date.now() < endsAt) {
    const response = await fetch(`http://${host}/`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error(
    `An emulator did not start within ${readyTimeoutMs / 1000} seconds. The end of its output:\n${output()}`,
  );
}

async function end(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null) return;
  const gone = once(shell, 'exit');
  shell.stdin?.end();
  await gone;
}

/** Ports that are free now. All stay open until all are known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  await Promise.all(servers.map((server) => once(server, 'close')));
  return ports;
}
