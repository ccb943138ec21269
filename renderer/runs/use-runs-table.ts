import { computed, shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import type { Field, FieldSource } from '../../common/fields/field.ts';
import { readGroups, writeGroups } from '../../common/groups/keys.ts';
import type { Fields } from '../stores/fields.ts';
import { note, useAddress } from '../stores/address.ts';
import { notedText } from '../stores/noted.ts';
import { useQuery } from '../stores/query.ts';
import { useSpread } from '../stores/spread.ts';
import {
  columnOf,
  compareSettings,
  GROUP_COLUMNS,
  LEAST_WIDTH,
  MOST_BY_THEMSELVES,
  MOST_WIDTH,
  readColumns,
  RUN_COLUMNS,
  writeColumns,
  type Column,
} from './columns.ts';
import { groupRows, groupsOf, sortedGroups, type Row } from './grouping.ts';
import { MOST_IN_ADDRESS, type Selection } from './selection.ts';
import { pressed, readSort, sorted, sortValue, writeSort } from './sort.ts';

/** Columns that name a run, before which nothing is put. */
const NAMING = new Set(['study', 'arm', 'seed']);

/**
 * What the table shows, all of it from the address: filter, order, groups, columns and their widths, what is open, what is chosen.
 *
 * @param all runs of which the table is, in the order that they have without another
 */
export function useRunsTable(
  all: Readonly<Ref<readonly FieldSource[]>>,
  fields: Fields,
  threshold: Readonly<Ref<string>>,
) {
  const filter = notedText('filter', '');
  const { matches, problem } = useQuery(filter, fields, threshold);
  const found = computed(() => all.value.filter(matches.value));
  const settings = computed(() => compareSettings(fields.catalogue.value, found.value));

  const groupText = notedText('groups', '');
  const groupFields = computed(() => readGroups(groupText.value, fields.catalogue.value));
  const isGrouped = computed(() => groupFields.value.length > 0);
  const openText = notedText('open', '');
  const open = computed(() => new Set(openText.value.split('.').filter(Boolean)));

  const columnText = notedText('columns', '');
  const widthText = notedText('widths', '');
  const columns = computed((): Column[] => {
    const { catalogue } = fields;
    const widths = new Map(
      readColumns(widthText.value, catalogue.value).map((each) => [each.id, each.width]),
    );
    const own = readColumns(columnText.value, catalogue.value);
    const chosen = own.length > 0 ? own : byThemselves();
    return chosen.map((column) => ({ ...column, width: widths.get(column.id) ?? null }));
  });
  function byThemselves(): Column[] {
    const usual = readColumns(isGrouped.value ? GROUP_COLUMNS : RUN_COLUMNS, fields.catalogue.value);
    const differing = settings.value.differing
      .filter((field) => !groupFields.value.includes(field))
      .slice(0, MOST_BY_THEMSELVES)
      .map((field) => columnOf(field));
    const naming = usual.filter(({ id }) => NAMING.has(id));
    return [...naming, ...differing, ...usual.filter(({ id }) => !NAMING.has(id))];
  }

  const sortText = notedText('sort', '');
  const sort = computed(() => readSort(sortText.value, fields.catalogue.value));
  const orderRuns = (sources: readonly FieldSource[]): FieldSource[] =>
    sorted(sources, sort.value, (source, { column }) => sortValue(column, source, threshold.value));
  const groups = computed(() => groupsOf(found.value, groupFields.value, threshold.value));
  const rows = computed((): Row[] => {
    if (!isGrouped.value)
      return orderRuns(found.value).map((source) => ({
        is: 'run',
        key: source.run.id,
        source,
        group: null,
      }));
    // Seeds come in their order where nothing else is asked for.
    const members = (sources: readonly FieldSource[]): FieldSource[] =>
      sort.value.length > 0
        ? orderRuns(sources)
        : [...sources].sort((one, other) => one.run.seed - other.run.seed);
    return groupRows(sortedGroups(groups.value, sort.value, threshold.value), open.value, members);
  });

  return {
    filter,
    problem,
    found,
    settings,
    groupFields,
    isGrouped,
    groupHead: computed(() =>
      !isGrouped.value
        ? null
        : groupFields.value
            .map(({ id, title }) => (id === 'specification' ? 'Arm (seeds folded)' : title))
            .join(' · '),
    ),
    columns,
    ownColumns: computed(() => columnText.value !== ''),
    sort,
    rows,
    spread: useSpread(),
    selection: useSelection(),
    setGroups: (chosen: readonly Field[]) =>
      note({ groups: writeGroups(chosen) || null, open: null, row: null }),
    setColumns: (chosen: readonly Column[]) =>
      (columnText.value = writeColumns(chosen.map((column) => ({ ...column, width: null })))),
    resetColumns: () => note({ columns: null, widths: null }),
    /** @param width in pixels; 0 leaves it to the column */
    resize: ({ id, field, threshold: own }: Column, width: number) => {
      const others = readColumns(widthText.value, fields.catalogue.value).filter((each) => each.id !== id);
      const kept = Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));
      const sized = width > 0 ? [{ ...columnOf(field, own), width: kept }] : [];
      widthText.value = writeColumns([...others, ...sized]);
    },
    press: (column: Column, adds: boolean) => (sortText.value = writeSort(pressed(sort.value, column, adds))),
    toggle: (key: string) => {
      const next = new Set(open.value);
      if (!next.delete(key)) next.add(key);
      openText.value = [...next].join('.');
    },
  };
}

/** Which runs are chosen: in the address, as far as there is room. */
function useSelection() {
  const address = useAddress();
  /** More than the address takes. */
  const many = shallowRef<Selection | null>(null);
  watch(
    () => address.value.parameters['selected'] ?? null,
    (selected) => {
      if (many.value && many.value.anchor !== selected) many.value = null;
    },
  );
  return computed({
    get: (): Selection => {
      if (many.value) return many.value;
      const { selected, chosen } = address.value.parameters;
      const ids = chosen?.split(',').filter(Boolean) ?? (selected === undefined ? [] : [selected]);
      return { chosen: new Set(ids), anchor: selected ?? null };
    },
    set: (selection: Selection) => {
      const ids = [...selection.chosen];
      many.value = ids.length > MOST_IN_ADDRESS ? selection : null;
      const isPlain = ids.length === 1 && ids[0] === selection.anchor;
      note({
        selected: ids.length === 0 ? null : selection.anchor,
        chosen: isPlain || ids.length === 0 || many.value ? null : ids.join(','),
      });
    },
  });
}
