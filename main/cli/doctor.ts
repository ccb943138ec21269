/** What `cascade doctor` found. */
export interface DoctorReport {
  /** Whether everything needed is there: then `problems` is empty. */
  ok: boolean;
  version: string;
  node: string;
  platform: string;
  engine: EngineFacts;
  shell: { electron: string | null; way: 'desktop' | 'browser' };
  sqlite: { version: string | null };
  chromium: { path: string | null };
  dataset: { mnist: { folder: string | null; complete: boolean } };
  workspace: { folder: string; heldBy: number | null };
  /** One sentence for each thing that is wrong, saying what to do. */
  problems: string[];
}

export interface EngineFacts {
  name: string;
  version: string | null;
  device: string | null;
  library: string | null;
  problem: string | null;
}
