// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/stat/fences.hpp"

/// The transaction with one promise broken each; and one promise that nobody needs.
namespace wbsync::models::stat {

/// (X2) is left out: who saw the inode before (X1) may still be at it while the counts move.
class no_grace_period : public transaction {
public:
    using transaction::transaction;

protected:
    void wait_for_readers() override {}
};

/// (R3) is left out: who sees the switch goes on beside it.
class no_lock : public transaction {
public:
    using transaction::transaction;

protected:
    bool takes_lock() const override { return false; }
};

/// (R2) is relaxed: the flag is seen clear, and the wb is the old one.
class no_acquire : public transaction {
public:
    using transaction::transaction;

protected:
    bool is_switched(const inode& i) override { return (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0; }
};

/// (X5) is relaxed: the flag is clear before the new wb is there.
class no_release : public transaction {
public:
    using transaction::transaction;

protected:
    void clear_switch(inode& i, std::int64_t state) override { WRITE_ONCE(i.i_state, state); }
};

/// The same two, said with fences.
class no_read_barrier : public fences {
public:
    using fences::fences;

protected:
    void read_barrier() override {}
};
class no_write_barrier : public fences {
public:
    using fences::fences;

protected:
    void write_barrier() override {}
};

/// The wb is used once more after (R5), as __mark_inode_dirty() did before d02d2c98d257, see
/// models/cgwb.
class use_after_end : public transaction {
public:
    using transaction::transaction;

protected:
    void after(const bdi_writeback& wb) override { static_cast<void>(READ_ONCE(wb.reclaimable)); }
};

/// The old wb is freed at once, not after a grace period. Nobody in a transaction has it any more:
/// those who missed (X1) were waited for, those who saw it are kept out by the lock.
class free_at_once : public transaction {
public:
    using transaction::transaction;

protected:
    void release(bdi_writeback& wb) override { cgwb_free_rcu(wb); }
};

} // namespace wbsync::models::stat
