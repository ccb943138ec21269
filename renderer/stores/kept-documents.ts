import { effectScope, shallowReactive, watch, type Ref } from 'vue';
import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';
import type { WorkstationEvent } from '../../common/contract/schemas.ts';
import type { CascadeClient } from '../client/client.ts';
import { attempt } from './notices.ts';

/** What a person keeps in the workspace under a name, of one kind, the same in all windows. */
export interface Documents {
  /** By name. What is in them is read by `readDocument`. */
  readonly all: readonly StoredDocument[];
  /** Whether they have been read at least once. */
  readonly loaded: boolean;
  /** Writes over one that has the name. @param instead name of one that goes as this comes @returns whether it is kept */
  save: (document: StoredDocument, instead?: string) => Promise<boolean>;
  /** @returns whether it is gone */
  remove: (name: string) => Promise<boolean>;
}

interface Line {
  client: CascadeClient;
  generation: Readonly<Ref<number>>;
  listen: (listener: (event: WorkstationEvent) => void) => unknown;
}

/** Documents of each kind, read when they are first asked for and kept up from then on. */
export function createDocuments(line: Line): (kind: DocumentKind) => Documents {
  const kinds = new Map<DocumentKind, Documents>();
  return (kind) => {
    const known = kinds.get(kind);
    if (known) return known;
    // They outlive the component that asks first.
    const documents = effectScope(true).run(() => createKind(line, kind))!;
    kinds.set(kind, documents);
    return documents;
  };
}

function createKind({ client, generation, listen }: Line, kind: DocumentKind): Documents {
  let asked = 0;
  const read = async (): Promise<void> => {
    asked += 1;
    const mine = asked;
    const all = await attempt(client.documents.list({ kind }));
    if (!all || mine !== asked) return;
    documents.all = all;
    documents.loaded = true;
  };
  const change = async (changing: Promise<unknown>): Promise<boolean> => {
    const done = (await attempt(changing)) !== undefined;
    if (done) await read();
    return done;
  };
  const documents = shallowReactive<{ -readonly [Key in keyof Documents]: Documents[Key] }>({
    all: [],
    loaded: false,
    save: (document, instead) => change(client.documents.save({ kind, document, instead })),
    remove: (name) => change(client.documents.remove({ kind, name })),
  });
  watch(
    generation,
    (now) => {
      if (now > 0) void read();
    },
    { immediate: true },
  );
  listen((event) => {
    if (event.type === 'documents' && event.kind === kind) void read();
  });
  return documents;
}
