// SPDX-License-Identifier: BSD-3-Clause
// seqcount_t and seqlock_t.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

/// Two values that belong together.
struct pair {
    seqcount_t seq{"seq"};
    seqlock_t lock{"lock"};
    atomic_t a{"a"}, b{"b"};
    std::int64_t got_a = 0, got_b = 0;

    void read_both() {
        got_a = READ_ONCE(a);
        got_b = READ_ONCE(b);
    }
    void write_both() {
        WRITE_ONCE(a, 1);
        WRITE_ONCE(b, 1);
    }
    void add_both() {
        WRITE_ONCE(a, READ_ONCE(a) + 1);
        WRITE_ONCE(b, READ_ONCE(b) + 1);
    }
    static void torn(pair& p) { BUG_ON(p.got_a != p.got_b); }
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {got_a, got_b, a.value.newest(), b.value.newest()};
    }
};

using body = void (*)(pair&);

const body reader = [](pair& p) {
    std::int64_t start = 0;
    do {
        start = read_seqcount_begin(p.seq);
        p.read_both();
    } while (read_seqcount_retry(p.seq, start));
};
const body writer = [](pair& p) {
    write_seqcount_begin(p.seq);
    p.write_both();
    write_seqcount_end(p.seq);
};
const body locked_reader = [](pair& p) {
    std::int64_t start = 0;
    do {
        start = read_seqbegin(p.lock);
        p.read_both();
    } while (read_seqretry(p.lock, start));
};
const body locked_writer = [](pair& p) {
    write_seqlock(p.lock);
    p.add_both();
    write_sequnlock(p.lock);
};

} // namespace

TEST_CASE("seqcount_t: a reader never keeps half of what a writer wrote") {
    check_holds<pair>({{reader, writer}, &pair::torn});
    check_fails<pair>({{[](pair& p) {
                            static_cast<void>(read_seqcount_begin(p.seq));
                            p.read_both(); // and does not ask whether that was right
                        },
                        writer},
                       &pair::torn},
                      "BUG_ON");
    check_fails<pair>({{reader, [](pair& p) { p.write_both(); }}, &pair::torn}, "BUG_ON");
}

TEST_CASE("seqcount_t: the read barrier before the second look is needed") {
    const body without_rmb = [](pair& p) {
        for (;;) {
            const auto start = read_seqcount_begin(p.seq);
            p.read_both();
            if (READ_ONCE(p.seq.sequence) == start)
                return;
        }
    };
    check_fails_weakly<pair>({{without_rmb, writer}, &pair::torn}, "BUG_ON");
    const body writer_without_wmb = [](pair& p) {
        atomic_inc(p.seq.sequence);
        p.write_both();
        atomic_inc(p.seq.sequence);
    };
    check_fails_weakly<pair>({{reader, writer_without_wmb}, &pair::torn}, "BUG_ON");
}

TEST_CASE("raw_seqcount_begin: with a writer inside the section has to be repeated") {
    const body once = [](pair& p) {
        const auto start = raw_seqcount_begin(p.seq);
        p.read_both();
        if (read_seqcount_retry(p.seq, start))
            p.got_a = p.got_b = -1;
    };
    check_holds<pair>({{once, writer}, &pair::torn});
    check_fails<pair>({{once, writer}, [](pair& p) { BUG_ON(p.got_a == -1); }}, "BUG_ON");
}

TEST_CASE("seqcount_t: two writers at once are misuse, seqlock_t keeps them apart") {
    check_fails<pair>({{writer, writer}}, "write_seqcount_begin(seq): another writer is inside");
    check_fails<pair>({{[](pair& p) { write_seqcount_end(p.seq); }}}, "no writer is inside");
    check_holds<pair>({{locked_writer, locked_writer}, [](pair& p) {
                           BUG_ON(p.a.value.newest() != 2 || p.b.value.newest() != 2);
                       }});
}

TEST_CASE("seqlock_t: readers repeat, or exclude the writers") {
    check_holds<pair>({{locked_reader, locked_writer}, &pair::torn});
    const body excludes = [](pair& p) {
        read_seqlock_excl(p.lock);
        p.read_both();
        read_sequnlock_excl(p.lock);
    };
    check_holds<pair>({{excludes, locked_writer}, &pair::torn});
    const body at_most_twice = [](pair& p) {
        std::int64_t seq = 0;
        for (;;) {
            read_seqbegin_or_lock(p.lock, seq);
            p.read_both();
            if (!need_seqretry(p.lock, seq))
                break;
            seq = 1;
        }
        done_seqretry(p.lock, seq);
    };
    check_holds<pair>({{at_most_twice, locked_writer, locked_writer}, &pair::torn});
    check_fails<pair>({{[](pair& p) { p.read_both(); }, locked_writer}, &pair::torn}, "BUG_ON");
}

TEST_CASE("seqcount_t: as the reference scheduler") {
    check_against_reference<pair>({{reader, writer}});
    check_against_reference<pair>({{[](pair& p) {
                                        const auto start = read_seqcount_begin(p.seq);
                                        p.got_a = READ_ONCE(p.a);
                                        p.got_b = read_seqcount_retry(p.seq, start) ? 1 : 0;
                                    },
                                    writer}});
    check_against_reference<pair>({{[](pair& p) { p.got_a = read_seqbegin(p.lock); },
                                    [](pair& p) {
                                        write_seqlock(p.lock);
                                        write_sequnlock(p.lock);
                                    },
                                    [](pair& p) {
                                        write_seqlock(p.lock);
                                        WRITE_ONCE(p.b, 1);
                                        write_sequnlock(p.lock);
                                    }}});
}
