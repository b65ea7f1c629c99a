# sh enter.sh ROOM CLOCK LANGUAGE COMMAND...: runs the command in namespaces of its own, where this tree lies in a folder
# with a blank in its name, the machine has another name, a language is there, and every program has the clock that a
# library of clock.c makes (none: an empty text). ROOM is an empty folder. Nothing of it is left when the command has ended.
set -eu
room=$1 clock=$2 language=$3
shift 3

mount -t tmpfs elsewhere "$room"
for folder in etc usr/lib/locale; do
  mkdir -p "$room/$folder/upper" "$room/$folder/work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$room/$folder/upper,workdir=$room/$folder/work" overlay "/$folder"
done
[ "$language" = C ] || localedef -i "${language%.*}" -f "${language#*.}" "$language"
hostname elsewhere
mkdir -p "$room/Träger 1"
mount --bind . "$room/Träger 1"
cd "$room/Träger 1"
# From here on: what was started before has the machine's own time. The list of libraries takes no path with a blank
if [ -n "$clock" ]; then
  cp "$clock" /etc/clock.so
  echo /etc/clock.so >/etc/ld.so.preload
fi
exec env LC_ALL="$language" PATH="$PWD/node_modules/.bin:$PATH" "$@"
