// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** Mistakes in the network that functions call out through. */

import { functions, type Mistake, network, variables } from './mistake.ts';

export const networkMistakes: Mistake[] = [
  {
    name: 'a network that nobody asked for',
    file: network,
    find: 'count = var.private_network != null ? 1 : 0\n\n  project                  = var.project_id',
    put: 'count = 1\n\n  project                  = var.project_id',
    red: 'network/none_by_default',
  },
  {
    name: 'other private ranges stay reachable',
    file: network,
    find: 'destination_ranges = ["0.0.0.0/0"]',
    put: 'destination_ranges = ["10.8.0.0/24"]',
    red: 'network/proxies_only',
  },
  {
    name: 'functions without the tag of the rules',
    file: functions,
    find: 'tags       = [local.network_tag]',
    put: 'tags       = []',
    red: 'network/proxies_only',
  },
  {
    name: 'the rule that denies goes first',
    file: network,
    find: 'priority  = 65000',
    put: 'priority  = 900',
    red: 'network/proxies_only',
  },
  {
    name: 'an existing network is ignored',
    file: network,
    find: 'count = var.private_network != null && try(var.private_network.network, null) == null ? 1 : 0',
    put: 'count = var.private_network != null ? 1 : 0',
    red: 'network/existing_network',
  },
  {
    name: 'a subnet that is too small',
    file: variables,
    find: '>= 2 * (22 + var.sync_instances)',
    put: '>= 22 + var.sync_instances',
    red: 'network/refuses_a_subnet_that_is_too_small',
  },
  {
    name: 'a whole range passes for a proxy',
    file: variables,
    find: 'can(cidrnetmask("${proxy.address}/32"))',
    put: 'length(proxy.address) > 0',
    red: 'network/refuses_a_range_as_a_proxy',
  },
];
