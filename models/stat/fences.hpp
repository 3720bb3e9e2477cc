// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/stat/transaction.hpp"

namespace wbsync::models::stat {

/// cb5db358ab57 (6.19): the same with plain fences instead of release and acquire, on the way to
/// accessors for i_state.
class fences : public transaction {
public:
    using transaction::transaction;

protected:
    bool is_switched(const inode& i) override {
        const std::int64_t state = READ_ONCE(i.i_state);
        read_barrier(); // (R2) pairs with (X5)
        return (state & I_WB_SWITCH) != 0;
    }
    void clear_switch(inode& i, std::int64_t state) override {
        write_barrier(); // (X5) pairs with (R2)
        WRITE_ONCE(i.i_state, state);
    }

    virtual void read_barrier() { smp_rmb(); }
    virtual void write_barrier() { smp_wmb(); }
};

} // namespace wbsync::models::stat
