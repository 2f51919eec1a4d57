import 'webrtc-adapter';

import '@/ui/base.css';
import '@/staff/staff.css';

import { createApp } from 'vue';

import { language } from '@/i18n/language';
import App from './App.vue';
import { start } from './office';

document.documentElement.lang = language.value;
createApp(App).mount('#app');
start();
