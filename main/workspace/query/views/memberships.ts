import { column, RUN, type View } from './view.ts';

export const memberships: View = {
  name: 'memberships',
  rows: 'each arm of a study that asks for a run',
  columns: [
    RUN,
    column('study', 'text', 'member.study', 'The study.'),
    column('arm', 'text', 'member.arm', "Its arm; 'control of …' or 'trunk of …' where none names the run."),
    column(
      'place',
      'integer',
      'arms.place',
      'Place of the arm among those of its study; null for one that was added.',
    ),
  ],
  from: `main.memberships as member join main.runs as run on run.number = member.run
    left join main.arms as arms on arms.study = member.study and arms.arm = member.arm`,
};
