// First: it takes the page's key out of the address, before the views read that.
import './client/page-key.ts';
import { createApp } from 'vue';
import App from './App.vue';
import { connect } from './client/connect.ts';
import { offerWorkstation } from './stores/app.ts';
import { createWorkstation } from './stores/workstation.ts';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';

const app = createApp(App);
offerWorkstation(createWorkstation(connect()), app);
app.mount('#app');
