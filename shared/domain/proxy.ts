/** Which proxies a customer may name: never an address by which our own machine, its neighbours or its metadata answer. */

import { BlockList, isIP } from 'node:net';

/** How a customer's Webex traffic leaves: absent means directly. */
export interface Proxies {
  http?: string;
  https?: string;
}

const subnets: [string, number, 'ipv4' | 'ipv6'][] = [
  // "This" network, loopback, link-local (metadata is 169.254.169.254), multicast, reserved and broadcast.
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // Unspecified and loopback, link-local, Google's metadata (fd20:ce::254), multicast.
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fd20:ce::', 32, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // Translations that carry an IPv4 address within: NAT64, 6to4, Teredo. IPv4-mapped ones match the IPv4 rules.
  ['64:ff9b::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['2001::', 32, 'ipv6'],
];
let blockList: BlockList | undefined;

function localAddresses(): BlockList {
  if (blockList) return blockList;
  blockList = new BlockList();
  for (const [net, prefix, family] of subnets) blockList.addSubnet(net, prefix, family);
  return blockList;
}

/** Names that mean this machine or its metadata server, whatever they resolve to. */
const localName = /(^|\.)(localhost|localdomain|metadata|metadata\.google\.internal)\.?$/i;

/** Private ranges are no local addresses: a customer's proxy may well be `http://10.10.10.10:8123`. */
export function isLocalAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || localAddresses().check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * What is wrong with a proxy's URL as it is written, undefined when nothing is. A name may still resolve to a local
 * address: that is checked where the connection is made.
 */
export function proxyProblem(text: string, allowLocal: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'is not the URL of an HTTP proxy';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!allowLocal && (localName.test(host) || (isIP(host) !== 0 && isLocalAddress(host)))) {
    return 'lies at an address that is not allowed';
  }
  return undefined;
}

/** Shown in place of a password, and replaced by the stored one when it comes back: a reader never learns it, an editor need not know it. */
const mask = '****';

/** The URL with its password masked. */
export function maskPassword(text: string): string {
  const url = new URL(text);
  if (!url.password) return text;
  url.password = mask;
  return url.href;
}

/** Whether the URL holds the mask in place of a password. */
function isMasked(text: string): boolean {
  return URL.canParse(text) && new URL(text).password === mask;
}

/**
 * The URL to store for one that a caller sent: the stored one where the mask came back for the same proxy and user.
 * Undefined when the mask stands for no stored password.
 */
export function keepPassword(sent: string, stored: string | undefined): string | undefined {
  if (!isMasked(sent)) return sent;
  return stored !== undefined && maskPassword(stored) === new URL(sent).href ? stored : undefined;
}
