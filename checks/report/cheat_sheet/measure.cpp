// SPDX-License-Identifier: BSD-3-Clause
#include "checks/report/cheat_sheet/measure.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace cheat_sheet {

namespace {

/// How the threads of a model use the word.
enum class shape {
    writer,     ///< message passing: the reader has a full barrier after what it heard
    reader,     ///< message passing: the writer has a full barrier before it tells
    full,       ///< store buffering
    in_section, ///< one use inside of a read-side section
    held_up,    ///< a use while another thread blocks it
    once,
    twice, ///< one thread uses it; two threads do
};

class model : objects {
public:
    model(const word* what, shape s) : word_(*what), shape_(s) {
        if (word_.needs_work)
            work.emplace(works, "work", [this](work_struct&) { set_flag(); });
    }

    void threads(scenario& s) {
        switch (shape_) {
        case shape::writer:
        case shape::reader: pass_message(s); break;
        case shape::full: buffer_stores(s); break;
        case shape::in_section: use_in_section(s); break;
        case shape::held_up: hold_up(s); break;
        case shape::twice: s.thread("P1", [this] { word_.use(*this); }); [[fallthrough]];
        case shape::once: s.thread("P0", [this] { word_.use(*this); }); break;
        }
        if (word_.serve != nullptr)
            word_.serve(s, *this);
    }

    void finally() { BUG_ON(shape_ == shape::full && seen_.r0 == 0 && seen_.r1 == 0); }

private:
    void pass_message(scenario& s) {
        if (word_.set_up != nullptr)
            word_.set_up(*this);
        s.thread("writer", [this] {
            if (word_.prepare != nullptr)
                word_.prepare(*this);
            WRITE_ONCE(word_.misses != nullptr ? target.value : x_, 1);
            if (shape_ == shape::reader)
                smp_mb();
            tell();
        });
        s.thread("reader", [this] {
            if (word_.misses != nullptr)
                BUG_ON(word_.misses(*this));
            if (word_.misses != nullptr || !hear())
                return;
            if (shape_ == shape::writer)
                smp_mb();
            BUG_ON(READ_ONCE(x_) == 0);
        });
    }
    /// The word, or what goes with it. Without a word that tells there are two ways to hear.
    void tell() {
        if (word_.tell != nullptr)
            return word_.tell(*this);
        if (word_.is_barrier && shape_ == shape::writer)
            word_.use(*this);
        WRITE_ONCE(published, &target);
        WRITE_ONCE(flag, 1);
    }
    bool hear() {
        if (word_.hear != nullptr)
            return word_.hear(*this);
        const bool heard = READ_ONCE(flag) != 0 || READ_ONCE(published) != nullptr;
        if (word_.is_barrier && shape_ == shape::reader)
            word_.use(*this);
        return heard;
    }

    void buffer_stores(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x_, 1);
            word_.use(*this);
            seen_.r0 = READ_ONCE(y_);
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y_, 1);
            smp_mb();
            seen_.r1 = READ_ONCE(x_);
        });
    }

    void use_in_section(scenario& s) {
        s.thread("P0", [this] {
            rcu_read_lock();
            word_.use(*this);
            rcu_read_unlock();
        });
    }

    /// A deadlock, if the use cannot go on meanwhile.
    void hold_up(scenario& s) {
        s.thread("P0", [this] {
            (word_.waits != nullptr ? word_.waits : word_.use)(*this);
            WRITE_ONCE(done, 1);
        });
        s.thread("P1", [this] {
            if (word_.hold != nullptr)
                word_.hold(*this);
            await(done, [](std::int64_t v) { return v == 1; });
            word_.let_go(*this);
        });
    }

    struct results {
        std::int64_t r0 = -1, r1 = -1;
    };

    const word& word_;
    shape shape_;
    atomic_t x_{"x"}, y_{"y"};
    results seen_;
};

/// At most that many executions, if not 0.
result run(const word& w, shape s, std::uint64_t most = 0) {
    options with;
    with.memory = memory_kind::lkmm;
    with.jobs = 1;
    with.accept_vacuous = true;
    with.max_executions = most;
    return check<model>(with, &w, s);
}

[[noreturn]] void refuse(const word& w, const result& r) {
    throw std::runtime_error(
        fmt::format("{}: {}: {} {}", w.name, name_of(r.outcome), r.what.property, r.what.message));
}

std::string verdict_on(const word& w, shape s) {
    const result r = run(w, s);
    if (r.verified())
        return "yes";
    if (r.found("BUG_ON"))
        return "no";
    if (r.found("data-race"))
        return "race";
    refuse(w, r);
}

std::string blocks(const word& w) {
    const result in_section = run(w, shape::in_section);
    if (in_section.found("misuse"))
        return "sleeps";
    if (!in_section.verified())
        refuse(w, in_section);
    if (w.let_go == nullptr)
        return "no";
    const result held_up = run(w, shape::held_up);
    if (!held_up.verified() && !held_up.found("deadlock"))
        refuse(w, held_up);
    return held_up.verified() ? "no" : "spins";
}

/// Counted in the first execution: others may have other steps.
std::uint64_t steps(const word& w) {
    const result r = run(w, shape::once, 1);
    if (!r.verified() && !r.incomplete())
        refuse(w, r);
    return r.events;
}

std::uint64_t executions(const word& w) {
    const result r = run(w, shape::twice);
    if (!r.verified())
        refuse(w, r);
    return r.executions;
}

} // namespace

measured measure(const word& w) {
    measured m;
    if (w.tell != nullptr || w.is_barrier)
        m.writer = verdict_on(w, shape::writer);
    if (w.hear != nullptr || w.misses != nullptr || w.is_barrier)
        m.reader = verdict_on(w, shape::reader);
    if (w.use == nullptr)
        return m;
    m.full = verdict_on(w, shape::full);
    m.blocks = blocks(w);
    m.steps = fmt::to_string(steps(w));
    m.executions = fmt::to_string(executions(w));
    return m;
}

} // namespace cheat_sheet
