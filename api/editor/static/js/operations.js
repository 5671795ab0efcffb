// Queues and jobs, looked at again while somebody is looking.
const PAUSE = 2000; // ms

setInterval(() => document.hidden || htmx.trigger(document.getElementById("now"), "fresh"), PAUSE);
