# Boots systemd as the first process of a machine made of namespaces: its root is this machine's, with a layer above it
# that is forgotten at the end; processes, mounts and network are its own. $1 is a folder for it, $2 the folder on disk
# that becomes /var/lib/mongodb. Runs inside `unshare --mount --pid --fork --ipc --uts --cgroup --net`.
set -eu
folder=$1
root=$folder/root
mkdir -p "$folder/layer" "$root"
mount --make-rprivate /
ip link set lo up
# The layer may not lie on the file system that it covers.
mount -t tmpfs tmpfs "$folder/layer"
mkdir "$folder/layer/upper" "$folder/layer/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/layer/upper,workdir=$folder/layer/work" "$root"
mkdir -p "$root/var/lib/mongodb"
mount --bind "$2" "$root/var/lib/mongodb"
mount -t proc proc "$root/proc"
# What is set there is set for this machine, too.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys"
mount --rbind /sys "$root/sys"
# systemd leaves devices alone where /sys cannot be written.
mount -o remount,ro,bind "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
# Whatever else is installed here stays off: only what this machine has from the layer is started.
find "$root/etc/systemd/system" -path '*.wants/*' -delete
for unit in getty.target console-getty.service systemd-logind.service systemd-udevd.service \
    systemd-sysctl.service systemd-modules-load.service systemd-remount-fs.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
cd "$root"
mkdir old
pivot_root . old
umount -l /old
# systemd hands credentials on by a mount that must be seen here, too.
mount --make-rshared /
exec /usr/bin/env -i container=lxc PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=multi-user.target
