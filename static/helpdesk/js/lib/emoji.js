/** Common emoji by their English names. */
const TABLE = `smile 😊|grin 😀|joy 😂|wink 😉|blush ☺️|heart ❤️|heart_eyes 😍|thinking 🤔|neutral 😐|sad 😢|cry 😭
angry 😠|sweat 😅|relieved 😌|cool 😎|surprised 😮|sleepy 😴|sick 🤒|party 🥳|hug 🤗|shrug 🤷|facepalm 🤦|bow 🙇|wave 👋
thumbs_up 👍|thumbs_down 👎|ok 👌|clap 👏|pray 🙏|muscle 💪|point_right 👉|point_down 👇|eyes 👀|handshake 🤝|fingers_crossed 🤞
check ✅|cross ❌|warning ⚠️|question ❓|exclamation ❗|star ⭐|sparkles ✨|fire 🔥|rocket 🚀|tada 🎉|gift 🎁|bulb 💡|clock 🕐
hourglass ⏳|calendar 📅|mail 📧|phone 📞|package 📦|truck 🚚|house 🏠|cart 🛒|card 💳|money 💶|key 🔑|lock 🔒|camera 📷
link 🔗|memo 📝|sun ☀️|rain 🌧️|snow ❄️|coffee ☕|cake 🎂|flower 🌸|tree 🎄|dog 🐶|cat 🐱|earth 🌍`;

/** @type {[string, string][]} */
const ALL = TABLE.split(/[|\n]/).map((pair) => /** @type {[string, string]} */ (pair.split(" ")));

/** Those whose name begins like this first, then those that have it within. @param {string} start */
export function emoji(start) {
  const begin = ALL.filter(([name]) => name.startsWith(start));
  return [...begin, ...ALL.filter(([name]) => !name.startsWith(start) && name.includes(start))];
}
