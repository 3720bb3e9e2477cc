// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace wbsync::native {

/// Chooses the next thread, for tests that run a model under a schedule of their own. Of the
/// ordinary threads one runs at a time, from one scheduling_point() to the next or until it waits.
/// Daemons, kworkers and callbacks run at any time beside it. See options::take_turns.
class turns {
public:
    turns() = default;
    turns(const turns&) = delete;
    turns& operator=(const turns&) = delete;
    virtual ~turns() = default;

    /// The thread with this number starts. Returns when it is its turn; so do the next three
    /// functions.
    virtual void begin(int thread) = 0;
    /// The thread is about to do something.
    virtual void point(int thread) = 0;
    /// The thread has looked, and what it waits for has not come; it looks again afterwards.
    virtual void in_vain(int thread) = 0;
    /// The thread has waited elsewhere.
    virtual void back(int thread) = 0;

    /// The thread is about to wait for something unknown to this class. Returns at once.
    virtual void aside(int thread) = 0;
    /// The thread has ended.
    virtual void end(int thread) = 0;
};

/// The current thread's entry among the threads that take turns, if it takes turns.
struct turn_taker {
    turns* all = nullptr;
    int thread = 0;
};
inline thread_local turn_taker this_turn; // NOLINT: it is what it says

/// While it exists, the current thread takes turns.
class taking_turns {
public:
    taking_turns(turns* all, int thread) {
        if (all == nullptr)
            return;
        this_turn = {all, thread};
        all->begin(thread);
    }
    taking_turns(const taking_turns&) = delete;
    taking_turns& operator=(const taking_turns&) = delete;
    ~taking_turns() {
        if (this_turn.all != nullptr)
            this_turn.all->end(this_turn.thread);
        this_turn = {};
    }
};

/// While it exists, the current thread waits for something outside of the turns: a grace period.
class out_of_turn {
public:
    out_of_turn() {
        if (this_turn.all != nullptr)
            this_turn.all->aside(this_turn.thread);
    }
    out_of_turn(const out_of_turn&) = delete;
    out_of_turn& operator=(const out_of_turn&) = delete;
    ~out_of_turn() {
        if (this_turn.all != nullptr)
            this_turn.all->back(this_turn.thread);
    }
};

/// Called by a loop that waits: lets others have their turn before it looks again. False: nobody
/// takes turns.
inline bool waits_for_its_turn() {
    if (this_turn.all == nullptr)
        return false;
    this_turn.all->in_vain(this_turn.thread);
    return true;
}

} // namespace wbsync::native
