/** Mistakes in what runs: environment, memory and the names that the code knows. */

import { functions, type Mistake, metrics } from './mistake.ts';

export const runtimeMistakes: Mistake[] = [
  {
    name: 'proxies of customers may lead back to us',
    file: functions,
    find: '    NODE_ENV             = "production"',
    put: '    ALLOW_LOCAL_PROXIES  = "true"\n    NODE_ENV             = "production"',
    red: 'drift',
  },
  {
    name: 'a warning that nothing counts',
    file: metrics,
    find: '    sweep_failed            = { event = "sweep_failed", labels = ["code"] }\n',
    put: '',
    red: 'drift',
  },
  {
    name: 'the compile cache is looked for elsewhere',
    file: functions,
    find: '"/workspace/compile-cache"',
    put: '"/workspace/cache"',
    red: 'drift',
  },
  {
    name: 'sync_users has no memory flags',
    file: functions,
    find: '"--max-old-space-size=160 --max-semi-space-size=4"',
    put: '"--max-old-space-size=160"',
    red: 'functions/runtime',
  },
];
