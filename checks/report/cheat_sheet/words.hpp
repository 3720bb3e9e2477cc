// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <cstdint>
#include <optional>
#include <vector>

/// The words of docs/cheat-sheet.md, and how each is used. The page's statements about a word are
/// measured with these, see measure.hpp.
namespace cheat_sheet {

using namespace wbsync;

struct pointee {
    atomic_t value{"value"};
};

/// The objects that words are used on. A model has all of them, and its word uses some.
struct objects {
    atomic_t flag{"flag"}, done{"done"};
    atomic_t counter{"counter"};
    refcount_t references{"references", 8};
    plain<int> ordinary{"ordinary"};
    pointee target;
    pointer<pointee> published{"published"};
    spinlock_t lock{"lock"}, next_lock{"next_lock"};
    mutex sleeping_lock{"sleeping_lock"};
    rw_semaphore semaphore{"semaphore"};
    percpu_rw_semaphore percpu_semaphore{"percpu_semaphore"};
    seqlock_t sequence{"sequence"};
    srcu_struct srcu{"srcu"};
    rcu_head heads[nr_cpus];
    wait_queue_head_t queue{"queue"};
    completion completed{"completed"};
    percpu_t on_cpus{"on_cpus"};
    percpu_counter percpu_count{"percpu_count"};
    percpu_ref reference{"reference", [this](percpu_ref&) { set_flag(); }};
    workqueue_struct works{"works"};
    std::optional<work_struct> work;

    /// Passes what the thread knows to a thread that reads the flag and then has a full barrier.
    void set_flag() {
        smp_mb();
        WRITE_ONCE(flag, 1);
    }
    /// Each of two threads has its own: they are on different CPUs.
    rcu_head& head() { return heads[smp_processor_id()]; }
};

using action = void (*)(objects&);

/// A word. Members that are left out are not measured, and their cells are empty.
struct word {
    const char* name; ///< as on the page
    /// One use, which need not wait: a pair with its end.
    action use = nullptr;
    /// The word as the last step of a writer, that sets the flag, and as the first one of a reader:
    /// is the flag set?
    action tell = nullptr;
    bool (*hear)(objects&) = nullptr;
    /// The same of a reader that hears of an object, and looks into that: is it still as it was?
    bool (*misses)(objects&) = nullptr;
    /// Called before there are threads.
    action set_up = nullptr;
    /// What the writer does before it stores: it takes the lock that `tell` gives back.
    action prepare = nullptr;
    /// The word orders what is before it against what is after it, and has no effect of its own.
    bool is_barrier = false;
    /// Another thread that blocks `waits` between the two; without `waits` it blocks `use`.
    action hold = nullptr, let_go = nullptr, waits = nullptr;
    /// Daemons that the word needs.
    void (*serve)(scenario&, objects&) = nullptr;
    bool needs_work = false;
};

struct group {
    const char* name;
    std::vector<word> words;
};

/// In the order of the page.
std::vector<group> all_words();

} // namespace cheat_sheet
