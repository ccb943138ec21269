import { createApp, ref } from 'vue';
import type { ConnectionState } from '../client/client.ts';
import { offerWorkstation } from '../stores/app.ts';
import { theme } from '../stores/preferences.ts';
import { createWorkstation } from '../stores/workstation.ts';
import App from '../App.vue';
import '../theme/fonts.css';
import '../theme/tokens.css';
import '../theme/base.css';
import { fakeClient } from './fake-client.ts';
import Gallery from './Gallery.vue';
import { SCENES } from './scenes.ts';

/** `?scene=NAME` is the whole window in that state; without it, the parts and a list of the scenes. */
const query = new URLSearchParams(location.search);
const wanted = query.get('theme');
if (wanted === 'light' || wanted === 'dark') theme.value = wanted;
const scene = SCENES[query.get('scene') ?? ''];
const { client } = fakeClient(scene?.options() ?? { runs: [] });
const state = ref<ConnectionState>('open');
if (scene?.connection) setTimeout(() => (state.value = scene.connection ?? 'open'), 600);
const app = createApp(scene ? App : Gallery);
offerWorkstation(createWorkstation({ client, state, generation: ref(1) }), app);
app.mount('#app');
