/** Reads the arguments of a command. Unknown arguments are refused, because ignoring one can do more than the user asked for. */

import { parseArgs } from 'node:util';

interface Option {
  type: 'string' | 'boolean';
  default?: string | boolean;
  help: string;
}
type Options = Record<string, Option>;

export interface Usage<Known extends Options> {
  /** As the user types it: `npm run keys:prune`. */
  command: string;
  /** What the command does, in one or two sentences. */
  purpose: string;
  options?: Known;
}

export type Values<Known extends Options> = {
  [Name in keyof Known]: Known[Name]['type'] extends 'boolean'
    ? boolean
    : Known[Name] extends { default: string }
      ? string
      : string | undefined;
};

/** Prints the help and exits for `--help`; prints the problem and exits with status 2 for an argument that it does not know. */
export function parseCommandLine<Known extends Options = Record<never, Option>>(
  usage: Usage<Known>,
  args: string[] = process.argv.slice(2),
): Values<Known> {
  const options: Options = { ...usage.options, help: { type: 'boolean', help: 'Show this help.' } };
  try {
    const { values } = parseArgs({ args, options });
    if (values.help) {
      console.log(helpText(usage.command, usage.purpose, options));
      process.exit(0);
    }
    const flags = Object.keys(options).filter((name) => options[name]!.type === 'boolean');
    return { ...Object.fromEntries(flags.map((name) => [name, false])), ...values } as Values<Known>;
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) throw error;
    return exitWithUsage(usage.command, (error as Error).message.split('. ')[0]!);
  }
}

export function exitWithUsage(command: string, problem: string): never {
  console.error(`${problem.replace(/\.$/, '')}.\nFor help: ${command}${command.startsWith('npm') ? ' --' : ''} --help`);
  process.exit(2);
}

function helpText(command: string, purpose: string, options: Options): string {
  const names = Object.entries(options).map(([name, { type }]) => `--${name}${type === 'string' ? ' VALUE' : ''}`);
  const width = Math.max(...names.map((name) => name.length));
  const lines = Object.values(options).map(({ help, default: value }, index) => {
    const suffix = typeof value === 'string' && value !== '' ? ` Default: ${value}.` : '';
    return `  ${names[index]!.padEnd(width)}  ${help}${suffix}`;
  });
  const separator = command.startsWith('npm') ? ' --' : '';
  return [`Usage: ${command}${separator} [options]`, '', purpose, '', 'Options:', ...lines].join('\n');
}
