// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/objects.hpp"

#include <vector>

namespace wbsync::bench {

using namespace models::writeback;

/// A mounted file system, and the cgroup that writes to it.
struct file_system {
    super_block* sb = nullptr;
    std::vector<inode*> inodes;
    bdi_writeback* cgwb = nullptr; ///< the wb of the cgroup; nullptr: there is none yet
};

/// Inodes that nobody uses, on the root wb. `writers` threads are writing each of them, see
/// inode::i_sync.
inline file_system mount(const label& name, backing_dev_info& bdi, int inodes, int writers,
                         spinlock_t& inode_hash_lock) {
    file_system fs;
    fs.sb = kmalloc<super_block>({name, "P2"}, name);
    for (int n = 0; n != inodes; ++n) {
        const label called{name, "inode", n};
        fs.inodes.push_back(kmalloc<inode>({called, "P2"}, called, *fs.sb, bdi.wb, writers));
        fs.inodes.back()->i_hash_lock = &inode_hash_lock;
        list_add(fs.sb->s_inodes, *fs.inodes.back());
        list_add(bdi.wb.b_attached, *fs.inodes.back());
    }
    return fs;
}

/// Frees a file system that is not unmounted; where no threads run.
inline void free_all(const file_system& fs) {
    for (inode* i : fs.inodes)
        kfree(i);
    kfree(fs.sb->s_fs_info);
    kfree(fs.sb);
}

} // namespace wbsync::bench
