/* The tests read Chinese words, whatever the machine they run on speaks. */
localStorage.setItem('shipinban.language', 'zh-CN');
