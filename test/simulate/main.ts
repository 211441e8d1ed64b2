/**
 * `npm run simulate`: 10,000 customers through two years of hourly runs on a virtual clock. Webex is down, limits rates and
 * refuses single customers or all of them; the store fails and is restored. Fails when a customer is lost or wrongly marked.
 */

import { parseCommandLine } from '../../local/command-line.ts';
import { plot, table } from './report.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

/** An hourly batch may exceed the mean by this factor; more would show that the fleet has gathered at one hour. */
const maxBatchFactor = 3;

type Result = Awaited<ReturnType<typeof simulate>>;

async function main(): Promise<void> {
  const values = parseCommandLine({
    command: 'npm run simulate',
    purpose:
      'Runs the hourly refresh of a fleet on a virtual clock through incidents, and fails when a customer is lost.',
    options: {
      customers: { type: 'string', default: '10000', help: 'Customers in the fleet.' },
      days: { type: 'string', default: '730', help: 'Virtual days.' },
      seed: { type: 'string', default: '1', help: 'Seed of everything that is random.' },
    },
  });
  const options = { customers: Number(values.customers), days: Number(values.days), seed: Number(values.seed) };
  const result = await simulate(options);
  const { perDay } = result.history;
  const marks = result.fleet.incidents.filter(({ kind, days }) => kind !== 'outage' || days >= 2);
  console.log(plot(perDay, { title: 'Connections refreshed per day', marks }));
  console.log(table(rowsOf(result, options)));
  const failures = failuresOf(result);
  if (failures.length > 0) throw new Error(`The simulation failed: ${failures.join(', ')}.`);
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

function batches({ history: { calmBatches } }: Result): { mean: number; largest: number } {
  return { mean: sum(calmBatches) / calmBatches.length, largest: calmBatches.reduce((a, b) => Math.max(a, b), 0) };
}

function rowsOf(result: Result, options: SimulationOptions): [string, string | number][] {
  const { fleet, history } = result;
  const { mean, largest } = batches(result);
  return [
    ['customers', options.customers],
    [
      'virtual days, hourly runs',
      `${options.days}, ${history.runs} (${history.runsFailed} found the store unavailable)`,
    ],
    ['connections refreshed', sum(history.perDay)],
    [
      'largest hourly batch without incidents / mean',
      `${largest} / ${mean.toFixed(1)} = ${(largest / mean).toFixed(2)}`,
    ],
    ['grants that died at Webex', `${result.revoked}, of these ${history.lostByRestore} by the restore of the store`],
    ['connections ended, degraded at the end', `${result.ended}, ${result.degraded}`],
    ...Object.entries(fleet.portal.counts).map(([name, count]): [string, number] => [`events: ${name}`, count]),
    [
      'alerts for the fleet',
      `${fleet.findings.logged.fleet_refused ?? 0}, after a day ${fleet.findings.logged.fleet_refused_long ?? 0}`,
    ],
    ['wall time, s', (result.wallMs / 1000).toFixed(1)],
    ['marked while Webex refused everybody', fleet.findings.markedInIncident.size],
    ['connections wrongly ended', fleet.findings.wronglyEnded.size],
    ['connections lost', result.lost],
  ];
}

function failuresOf(result: Result): string[] {
  const { mean, largest } = batches(result);
  const { wronglyEnded, markedInIncident } = result.fleet.findings;
  const checks: [boolean, string][] = [
    [result.lost > 0, 'connections were lost'],
    [wronglyEnded.size > 0, 'connections ended whose grants were alive'],
    [markedInIncident.size > 0, 'customers were marked while Webex refused everybody'],
    [largest > maxBatchFactor * mean, 'an hourly batch was too large'],
    [result.unknownToPortal > 0, 'the portal does not know the state of a connection'],
    [result.ended > result.revoked, 'more connections ended than grants have died'],
  ];
  return checks.flatMap(([failed, text]) => (failed ? [text] : []));
}

if (import.meta.main) await main();
