import { createORPCClient } from '@orpc/client';
import type { ClientContext, ClientLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Ref } from 'vue';
import type { CascadeContract } from '../../common/contract/contract.ts';

/** The contract as seen from a window: every call typed, the same over both transports. */
export type CascadeClient = ContractRouterClient<CascadeContract>;

/** 'lost': nothing answers, and it is tried again. 'refused': what answers does not know this page: it was started anew, or the tab has no key. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused';

/** A window's line to the workstation. `generation` rises with every (re)connection: what was read before is read again. */
export interface Connection {
  client: CascadeClient;
  state: Readonly<Ref<ConnectionState>>;
  generation: Readonly<Ref<number>>;
}

export function clientOver(link: ClientLink<ClientContext>): CascadeClient {
  return createORPCClient<CascadeClient>(link);
}
