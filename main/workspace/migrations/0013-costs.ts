import type { Migration } from './migration.ts';

interface StoredNetwork {
  parameters?: { role: string; shape: number[] }[];
  layers?: { name: string; macs: number }[];
}

/** What a network costs is told by SQL: each layer knows its multiply-accumulates, and each network its other parameters. */
export const costs: Migration = {
  title: 'costs of layers and networks',
  up(database) {
    database.exec(`
      -- Multiply-accumulates of the dense kernel for one image; null before the run has begun.
      alter table layers add column macs real;
      -- Biases, γ and β of the network.
      alter table environments add column other_parameters integer;
    `);
    const setMacs = database.prepare('update layers set macs = ? where run = ? and name = ?');
    const setOthers = database.prepare('update environments set other_parameters = ? where run = ?');
    const runs = database.prepare('select run, network from environments').all() as {
      run: number;
      network: string;
    }[];
    for (const { run, network } of runs) {
      const { parameters = [], layers = [] } = JSON.parse(network) as StoredNetwork;
      for (const { name, macs } of layers) setMacs.run(macs, run, name);
      const others = parameters
        .filter(({ role }) => role === 'bias' || role === 'gamma' || role === 'beta')
        .reduce((sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
      setOthers.run(others, run);
    }
  },
};
