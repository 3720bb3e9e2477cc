// SPDX-License-Identifier: BSD-3-Clause
#include "interpreter.hpp"

#include "arithmetic.hpp"
#include "wait_condition.hpp"

#include <wbsync/rcu/rcu.hpp>

#include <algorithm>

namespace wbsync::litmus {

namespace {

engine::execution& execution() {
    return *engine::execution::current();
}

/// The engine's memory model is the one for litmus tests, in which dependencies order, and a fence
/// or a lock no more than the kernel says. In another one the test means what it means as a model
/// in C++: the primitives of the library.
bool is_like_kernel() {
    return execution().memory().kind() == memory_kind::litmus;
}

memory_order order_of_load(const builtin& f) {
    return f.acquires_in_library && !is_like_kernel() ? detail::order_of_dependency() : f.order;
}

/// The arms of a branch, to a memory model that asks.
class arms {
public:
    explicit arms(engine::dependency depends) : depends_(depends) {
        if (depends_ != 0)
            detail::begin_branch(depends_);
    }
    ~arms() {
        if (depends_ != 0)
            detail::end_branch();
    }
    arms(const arms&) = delete;
    arms& operator=(const arms&) = delete;

private:
    engine::dependency depends_;
};

/// Each access has a place of its own.
site place_of_access(const position& at) {
    return {"", "", static_cast<unsigned>(at.line * 1000 + at.column)};
}

/// What `read` learns from the store that it reads.
template <class F>
view message_of(F read) {
    if (is_like_kernel())
        return execution().memory().message_read_by(execution().self(), read);
    read();
    return {};
}

[[noreturn]] void give_up(const position& at, const std::string& message) {
    execution().fail("unsupported", fmt::format("{}:{}: {}", at.line, at.column, message), {});
}

site site_of(const builtin* function, const position& at) {
    return {"", function == nullptr ? "" : function->name.data(), static_cast<unsigned>(at.line)};
}

bool has_access(const expression& e) {
    return e.what == expression::kind::call || e.what == expression::kind::access ||
           std::any_of(e.args.begin(), e.args.end(), has_access);
}

/// What a read-modify-write does before and after it.
const engine::surroundings& around(const builtin& f) {
    if (f.what == action::compare)
        return f.full ? detail::compare_fully : detail::compare_as_named;
    return f.full ? detail::fully : detail::as_named;
}

/// The auxiliary thread may begin.
class may_begin final : public engine::guard {
public:
    explicit may_begin(const task& t) : task_(t) {}
    [[nodiscard]] bool enabled() const override {
        return task_.never || (task_.issued && std::all_of(task_.after.begin(), task_.after.end(),
                                                           [](const task* t) { return t->done; }));
    }
    [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
        return false;
    }
    [[nodiscard]] std::string waits_for() const override { return "its thread"; }

private:
    const task& task_;
};

/// The auxiliary thread has done its access.
class is_done final : public engine::guard {
public:
    explicit is_done(const task& t) : task_(t) {}
    [[nodiscard]] bool enabled() const override { return task_.done; }
    [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
        return false;
    }
    [[nodiscard]] std::string waits_for() const override { return "an access out of order"; }

private:
    const task& task_;
};

class never final : public engine::guard {
public:
    [[nodiscard]] bool enabled() const override { return false; }
    [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
        return false;
    }
    [[nodiscard]] std::string waits_for() const override { return "nothing"; }
};

/// Returns whether nobody was faster.
bool take_ticket(task& t) {
    return t.ticket->value.update([](std::int64_t) { return 1; }, memory_order::relaxed, "guess",
                                  {}) == 0;
}

/// A step that only waits.
void wait_for(const engine::guard& g, const char* verb) {
    engine::operation op;
    op.verb = verb;
    op.when = &g;
    execution().announce(op);
}

} // namespace

interpreter::interpreter(const litmus_test& test, int number, shared_memory& shared,
                         const goal& towards, std::vector<task*> tasks, standstill* stuck)
    : test_(test), number_(number), shared_(shared), goal_(towards), tasks_(std::move(tasks)),
      stuck_(stuck) {
    for (const std::int64_t v : test.processes[static_cast<std::size_t>(number)].initial)
        registers_.push_back({{v}, nullptr, nullptr});
}

void interpreter::run() {
    execute(test_.processes[static_cast<std::size_t>(number_)].body);
    give_up_guesses();
    join_all();
    for (content& c : registers_)
        force(c);
    end_with_locks_held();
    for (task* t : tasks_) {
        t->never = !t->issued;
        t->issued_at = execution().seq(execution().self());
    }
}

// --- statements ---------------------------------------------------------------------------------

void interpreter::execute(const statement& s) {
    switch (s.what) {
    case statement::kind::block:
        for (const statement& i : s.inner)
            execute(i);
        break;
    case statement::kind::evaluate: evaluate(s.value); break;
    case statement::kind::assign: {
        content c = assigned(s);
        c.value.decided = detail::join_some(c.value.decided, decided_);
        registers_[static_cast<std::size_t>(s.target)] = std::move(c);
        break;
    }
    case statement::kind::store: plain_store(s); break;
    case statement::kind::branch: branch(s); break;
    case statement::kind::await: await(s); break;
    case statement::kind::unfinished: give_up(s.at, "a loop with too many rounds");
    default: break;
    }
}

/// The content for a register. A load that has to get a certain value waits for it.
content interpreter::assigned(const statement& s) {
    const expression& e = s.value;
    const std::int64_t* const wanted = goal_.wanted(number_, s.target);
    begin_early(e);
    if (task* t = late_task_of(e); t != nullptr && e.function->what == action::load) {
        const place x = place_to_read(e.args.front());
        for (task* other : tasks_)
            if (other->issued && !other->joined && other->guess == nullptr &&
                other->where.index == x.index)
                t->after.push_back(other);
        t->wanted = wanted;
        issue(*t, x);
        return {{}, t, nullptr};
    }
    if (!has_access(e))
        return postpone(e);
    if (wanted == nullptr)
        return {evaluate(e), nullptr, nullptr};
    const place x = place_to_read(e.args.front());
    join_location(x);
    return {awaited_value(e, x, *wanted), nullptr, nullptr};
}

void interpreter::branch(const statement& s) {
    const known_value condition = evaluate(s.value);
    const view outside = control_;
    control_.join(condition.from);
    const engine::dependency decided_outside = decided_;
    const engine::dependency decides = detail::join_some(condition.depends, condition.decided);
    decided_ = detail::join_some(decided_, decides);
    {
        const arms here(decides);
        execute(s.inner[condition.number != 0 ? 0 : 1]);
    }
    control_ = outside; // LKMM: only the arms depend on the condition
    decided_ = decided_outside;
}

void interpreter::await(const statement& s) {
    const place x = place_to_read(s.place.args.front());
    join_location(x);
    for (content& c : registers_)
        force(c);
    const auto value_of = [&](int i) {
        return registers_[static_cast<std::size_t>(i)].value.number;
    };
    const known_value seen = awaited(s.place, x, [&](std::int64_t v) {
        return wait_condition(s.value, s.target, v, value_of) == 0;
    });
    control_.join(seen.from);
    if (s.target >= 0)
        registers_[static_cast<std::size_t>(s.target)] = {seen, nullptr, nullptr};
}

void interpreter::plain_store(const statement& s) {
    for (task* t : tasks_)
        if (t->guess == &s && t->issued && !t->given_up)
            return join(*t);
    const place x = place_of(s.place);
    const known_value v = evaluate(s.value);
    join_location(x);
    perform_plain_store(s, x, v);
}

void interpreter::perform_plain_store(const statement& s, const place& x, const known_value& v) {
    // LKMM: only an address dependency orders a plain store.
    store_with(x, {0, {}, v.depends}, {}, memory_order::relaxed, [&](atomic64_t& to) {
        to.value.store(v.number, memory_order::relaxed, "write", site_of(nullptr, s.at));
    });
}

// --- expressions --------------------------------------------------------------------------------

known_value interpreter::evaluate(const expression& e, std::vector<content>& registers) {
    switch (e.what) {
    case expression::kind::number: return {e.number};
    case expression::kind::address: return {address_of(e.index)};
    case expression::kind::reg: return force(registers[static_cast<std::size_t>(e.index)]);
    case expression::kind::unary: {
        known_value v = evaluate(e.args[0], registers);
        v.number = apply(e.op, v.number);
        return v;
    }
    case expression::kind::binary: return binary(e, registers);
    case expression::kind::access: return plain_load(e);
    case expression::kind::call: return call(e);
    case expression::kind::awaited: break;
    }
    return {};
}

known_value interpreter::binary(const expression& e, std::vector<content>& registers) {
    known_value left = evaluate(e.args[0], registers);
    if ((e.op == "&&" && left.number == 0) || (e.op == "||" && left.number != 0))
        return {left.number != 0, left.from, left.depends, left.decided};
    const known_value right = evaluate(e.args[1], registers);
    left.number = apply(e.op, left.number, right.number);
    left.from.join(right.from);
    left.depends = detail::join_some(left.depends, right.depends);
    left.decided = detail::join_some(left.decided, right.decided);
    return left;
}

/// The value, for which one waits if need be. Auxiliary threads come after the tasks that they
/// need.
known_value interpreter::force(content& c) {
    if (c.loaded_by != nullptr) {
        if (execution().self() == c.loaded_by->parent)
            join(*c.loaded_by);
        c.value = c.loaded_by->result;
        c.loaded_by = nullptr;
    }
    if (c.computed_by != nullptr) {
        std::vector<content> registers = c.computed_by->registers;
        c.value = evaluate(*c.computed_by->what, registers);
        c.computed_by = nullptr;
    }
    return c.value;
}

/// An expression without accesses is computed when it is used, if it needs a load that may not have
/// been performed.
content interpreter::postpone(const expression& e) {
    const content c{{}, nullptr, std::make_shared<postponed>(postponed{&e, registers_})};
    if (std::any_of(tasks_.begin(), tasks_.end(),
                    [&](const task* t) { return !t->joined && depends_on(c, *t); }))
        return c;
    return {evaluate(e), nullptr, nullptr};
}

place interpreter::place_of(const expression& e) {
    const known_value address = evaluate(e);
    const std::int64_t i = (address.number - first_address) / 8;
    if (address.number < first_address || address.number % 8 != 0 ||
        i >= static_cast<std::int64_t>(test_.locations.size()))
        give_up(e.at, fmt::format("{} is not the address of a location", address.number));
    if (shared_.variables[static_cast<std::size_t>(i)] == nullptr)
        give_up(e.at, fmt::format("'{}' is not a variable",
                                  test_.locations[static_cast<std::size_t>(i)].name));
    return {static_cast<int>(i), address.from, address.depends};
}

/// LKMM: smp_rmb() orders loads only. The library's orders later stores as well.
place interpreter::place_to_read(const expression& e) {
    place x = place_of(e);
    x.from.join(fenced_);
    return x;
}

known_value interpreter::call(const expression& e) {
    const site at = site_of(e.function, e.at);
    begin_early(e);
    if (task* t = early_task_of(e); t != nullptr) {
        join(*t);
        return {};
    }
    switch (e.function->what) {
    case action::load: return load(e);
    case action::store:
    case action::store_mb: store(e); break;
    case action::exchange:
    case action::compare:
    case action::add_unless:
    case action::add:
    case action::fetch:
    case action::add_return:
    case action::add_and_test:
    case action::add_negative: return update(e);
    case action::full_fence:
        give_up_guesses();
        join_all();
        full_fence(e.function->fence, at);
        break;
    case action::read_fence:
        if (!is_like_kernel()) {
            smp_rmb(at);
            break;
        }
        join_if([](const task& t) { return t.what->function->reads(); });
        fenced_.join(execution().memory().propagated(execution().self()));
        break;
    case action::write_fence:
        join_if([](const task& t) { return t.what->function->writes(); });
        smp_wmb(at);
        break;
    case action::no_fence: break;
    case action::spin_lock: lock(e); break;
    case action::spin_unlock: unlock(e); break;
    case action::spin_trylock: return {trylock(e)};
    case action::spin_is_locked: give_up(e.at, "spin_is_locked() is not a step of the library");
    case action::rcu_lock: rcu_lock(at); break;
    case action::rcu_unlock: rcu_unlock(at); break;
    case action::rcu_synchronize:
        if (e.function->bare) {
            detail::rcu_state::of(execution())
                .periods.synchronize(execution(), e.function->name.data(), at, false);
            break;
        }
        give_up_guesses();
        join_all();
        grace_period(rcu_event::rcu, [&] { synchronize_rcu(at); });
        break;
    case action::srcu_lock: return {srcu_lock(e)};
    case action::srcu_unlock: srcu_unlock(e); break;
    case action::srcu_down: return {srcu_down(e)};
    case action::srcu_up: srcu_up(e); break;
    case action::srcu_synchronize:
        if (e.function->bare) {
            domain_of(e).periods().synchronize(execution(), e.function->name.data(), at, false);
            break;
        }
        give_up_guesses();
        join_all();
        grace_period(e.args.front().index, [&] { synchronize_srcu(domain_of(e), at); });
        break;
    }
    return {};
}

/// Those beside something else have it beside them (fences.hpp).
void interpreter::full_fence(fence_kind kind, const site& at) {
    switch (kind) {
    case fence_kind::before_atomic: smp_mb__before_atomic(at); break;
    case fence_kind::after_atomic: smp_mb__after_atomic(at); break;
    case fence_kind::after_spinlock: smp_mb__after_spinlock(at); break;
    case fence_kind::after_unlock_lock: smp_mb__after_unlock_lock(at); break;
    case fence_kind::after_srcu_read_unlock: smp_mb__after_srcu_read_unlock(at); break;
    default: smp_mb(at); break;
    }
}

// --- accesses -----------------------------------------------------------------------------------

atomic64_t& interpreter::variable(const place& x) {
    return *shared_.variables[static_cast<std::size_t>(x.index)];
}

/// What the address depends on, to a memory model that asks.
void interpreter::tell_address(const place& x) {
    if (detail::followed() != nullptr)
        detail::depend_address(x.depends, &variable(x), sizeof(atomic64_t));
}

template <class F>
known_value interpreter::load_with(const place& x, memory_order order, const position& at, F read) {
    if (!is_like_kernel()) {
        tell_address(x);
        const std::int64_t seen = read(variable(x), order);
        return {seen, {}, detail::newest_read(place_of_access(at))};
    }
    engine::memory_model& memory = execution().memory();
    const engine::thread_id me = execution().self();
    known_value v;
    memory.after_dependency(me, x.from, [&] {
        v.from = message_of([&] { v.number = read(variable(x), memory_order::relaxed); });
    });
    v.from.join(x.from);
    if (engine::acquires(order))
        memory.learn(me, v.from);
    return v;
}

known_value interpreter::load(const expression& e) {
    const place x = place_to_read(e.args.front());
    join_location(x);
    return load_with(
        x, order_of_load(*e.function), e.at, [&](const atomic64_t& from, memory_order order) {
            return from.value.load(order, e.function->name.data(), site_of(e.function, e.at));
        });
}

known_value interpreter::plain_load(const expression& e) {
    const place x = place_to_read(e.args.front());
    join_location(x);
    return load_with(x, memory_order::relaxed, e.at,
                     [&](const atomic64_t& from, memory_order order) {
                         return from.value.load(order, "read", site_of(nullptr, e.at));
                     });
}

/// Waits until `accepts` is true for what the load reads.
template <class Predicate>
known_value interpreter::awaited(const expression& load, const place& x, Predicate accepts) {
    return load_with(x, order_of_load(*load.function), load.at,
                     [&](const atomic64_t& v, memory_order order) {
                         std::int64_t value = 0;
                         v.value.await(accepts, order, load.function->name.data(),
                                       site_of(load.function, load.at), &value);
                         return value;
                     });
}

known_value interpreter::awaited_value(const expression& load, const place& x, std::int64_t value) {
    if (stuck_ != nullptr)
        stuck_->waits_for_value(x.index, value);
    const known_value seen = awaited(load, x, [&](std::int64_t v) { return v == value; });
    if (stuck_ != nullptr)
        stuck_->waits_no_longer();
    return seen;
}

template <class F>
void interpreter::store_with(const place& x, const known_value& v, const view& control,
                             memory_order order, F write) {
    if (!is_like_kernel()) {
        tell_address(x);
        if (v.depends != 0)
            detail::depend_next_store(v.depends, false);
        return write(variable(x));
    }
    engine::memory_model& memory = execution().memory();
    const engine::thread_id me = execution().self();
    view from = x.from;
    from.join(v.from);
    from.join(control);
    if (engine::releases(order)) // comes after all loads before it
        from.join(memory.propagated(me));
    memory.after_dependency(me, from, [&] { write(variable(x)); });
}

void interpreter::perform_store(const expression& e, const place& x, const known_value& v,
                                const view& control) {
    store_with(x, v, control, e.function->order, [&](atomic64_t& to) {
        to.value.store(v.number, e.function->order, e.function->name.data(),
                       site_of(e.function, e.at));
    });
    if (stuck_ != nullptr)
        stuck_->has_stored(e);
}

void interpreter::store(const expression& e) {
    const place x = place_of(e.args[0]);
    const bool release = engine::releases(e.function->order);
    content operand = has_access(e.args[1]) ? content{evaluate(e.args[1]), nullptr, nullptr}
                                            : postpone(e.args[1]);
    if (task* mine = late_task_of(e); mine != nullptr) {
        for (task* t : tasks_)
            if (t->issued && !t->joined && t->guess == nullptr &&
                (release || t->where.index == x.index || depends_on(operand, *t)))
                mine->after.push_back(t);
        if (!mine->after.empty()) {
            mine->operand = std::move(operand);
            mine->control = control_;
            return issue(*mine, x);
        }
    }
    const known_value v = force(operand);
    join_location(x);
    if (e.function->what == action::store_mb)
        give_up_guesses();
    if (release || e.function->what == action::store_mb)
        join_all();
    perform_store(e, x, v, control_);
    if (e.function->what == action::store_mb)
        execution().full_fence(site_of(e.function, e.at), "smp_store_mb");
}

known_value interpreter::update(const expression& e) {
    const builtin& f = *e.function;
    std::vector<known_value> operands;
    place x;
    for (int i = 0; i != f.arguments; ++i) {
        if (i == f.location_argument())
            x = place_of(e.args[static_cast<std::size_t>(i)]);
        else
            operands.push_back(evaluate(e.args[static_cast<std::size_t>(i)]));
    }
    join_location(x);
    if (f.full)
        give_up_guesses();
    if (f.full || engine::releases(f.order))
        join_all();
    const std::int64_t n = f.implied_amount ? f.amount : operands[0].number;
    if (!is_like_kernel())
        return change_depending(e, x, n, operands);
    const std::int64_t result = change(e, variable(x), n, operands);
    return {result, execution().memory().propagated(execution().self())};
}

/// As linux-kernel.def has it: the store depends on what is stored or added, and on what the read
/// has got if it is computed from that; the result on the read, and on what was added.
known_value interpreter::change_depending(const expression& e, const place& x, std::int64_t n,
                                          const std::vector<known_value>& operands) {
    const builtin& f = *e.function;
    const bool replaces = f.what == action::exchange || f.what == action::compare;
    const auto of = [&](std::size_t i) { return operands.size() > i ? operands[i].depends : 0; };
    tell_address(x);
    if (detail::followed() != nullptr)
        detail::depend_next_store(of(f.what == action::compare ? 1 : 0), replaces);
    const std::int64_t result = change(e, variable(x), n, operands);
    if (f.what == action::add)
        return {result};
    const engine::dependency read = detail::newest_read(place_of_access(e.at));
    if (replaces)
        return {result, {}, read};
    return {result, {}, detail::join_some(read, of(f.what == action::add_unless ? 1 : 0))};
}

std::int64_t interpreter::change(const expression& e, atomic64_t& x, std::int64_t n,
                                 const std::vector<known_value>& operands) {
    const builtin& f = *e.function;
    const site at = site_of(&f, e.at);
    const char* verb = f.name.data();
    const auto refused = [&](std::int64_t v) {
        return f.implied_amount ? v == 0 : v == operands[1].number;
    };
    switch (f.what) {
    case action::add:
        detail::quiet(x, f.how == arithmetic::minus ? detail::minus(n) : detail::plus(n),
                      "atomic_add", at);
        return 0;
    case action::compare:
        return detail::compare_exchange(x, n, operands[1].number, f.order, around(f), verb, at);
    case action::add_unless:
        return x.value
            .update_if([&](std::int64_t v) { return !refused(v); },
                       [&](std::int64_t v) { return v + n; }, f.order, around(f), verb, at)
            .first;
    default: break;
    }
    around(f).enter(at, verb);
    const std::int64_t before = x.value.update(
        [&](std::int64_t v) { return f.what == action::exchange ? n : combine(f.how, v, n); },
        f.order, verb, at);
    around(f).leave(at, verb);
    const std::int64_t after = combine(f.how, before, n);
    return f.what == action::add_return     ? after
           : f.what == action::add_and_test ? after == 0
           : f.what == action::add_negative ? after < 0
                                            : before;
}

// --- locks and sections -------------------------------------------------------------------------

spinlock_t& interpreter::lock_of(const expression& e) {
    return *shared_.locks[static_cast<std::size_t>(e.args.front().index)];
}

srcu_struct& interpreter::domain_of(const expression& e) {
    return *shared_.domains[static_cast<std::size_t>(e.args.front().index)];
}

void interpreter::lock(const expression& e) {
    taken(e, message_of([&] { spin_lock(lock_of(e), site_of(e.function, e.at)); }));
}

std::int64_t interpreter::trylock(const expression& e) {
    bool done = false;
    view known = message_of([&] { done = spin_trylock(lock_of(e), site_of(e.function, e.at)); });
    if (done)
        taken(e, std::move(known));
    return done ? 1 : 0;
}

/// What came before an unlock is passed on with every store after a later lock of the thread, or of
/// the thread that takes the lock next (LKMM: po-unlock-lock-po).
void interpreter::taken(const expression& e, view known) {
    if (is_like_kernel()) {
        known.join(unlocked_);
        execution().memory().receive_strongly(execution().self(), known);
    }
    held_.push_back(e.args.front().index);
}

void interpreter::unlock(const expression& e) {
    const auto at = std::find(held_.begin(), held_.end(), e.args.front().index);
    if (at == held_.end())
        give_up(e.at, "spin_unlock() of a lock that the thread does not hold");
    held_.erase(at);
    join_all();
    unlocked_ = execution().memory().now(execution().self());
    spin_unlock(lock_of(e), site_of(e.function, e.at));
}

/// A litmus test may end so; others who want the lock never get it.
void interpreter::end_with_locks_held() {
    for (const int l : held_)
        detail::lockdep::of(execution())
            .gives_back(execution(), shared_.locks[static_cast<std::size_t>(l)]->value.id());
}

void interpreter::section_starts(int domain) {
    ++sections_so_far_[domain];
    if (stuck_ != nullptr)
        stuck_->section_starts();
}

void interpreter::rcu_lock(const site& at) {
    const bool outermost = rcu_depth_++ == 0;
    if (outermost && stuck_ != nullptr)
        stuck_->section_may_start(number_, rcu_event::rcu);
    rcu_read_lock(at);
    if (outermost)
        section_starts(rcu_event::rcu);
}

void interpreter::rcu_unlock(const site& at) {
    auto& periods = detail::rcu_state::of(execution()).periods;
    if (rcu_depth_ > 0) {
        const std::size_t number = periods.newest_section(execution().self());
        keep_open({&periods, execution().self(), number}, rcu_event::rcu);
        if (--rcu_depth_ == 0 && stuck_ != nullptr)
            stuck_->section_ends(number_, rcu_event::rcu, number);
    }
    rcu_read_unlock(at);
}

template <class F>
void interpreter::grace_period(int domain, F synchronize) {
    if (stuck_ != nullptr)
        stuck_->grace_period_may_start(number_, domain);
    synchronize();
    if (stuck_ != nullptr)
        stuck_->waits_no_longer();
}

std::int64_t interpreter::srcu_lock(const expression& e) {
    const int domain = e.args.front().index;
    if (stuck_ != nullptr)
        stuck_->section_may_start(number_, domain);
    const int index = srcu_read_lock(domain_of(e), site_of(e.function, e.at));
    sections_[{domain, index}] = sections_so_far_[domain];
    section_starts(domain);
    return index;
}

void interpreter::srcu_unlock(const expression& e) {
    srcu_struct& domain = domain_of(e);
    const std::int64_t index = evaluate(e.args[1]).number;
    const auto section = sections_.find({e.args.front().index, index});
    if (section != sections_.end()) {
        keep_open({&domain.periods(), execution().self(), section->second}, e.args.front().index);
        if (stuck_ != nullptr)
            stuck_->section_ends(number_, e.args.front().index, section->second);
    }
    srcu_read_unlock(domain, static_cast<int>(index), site_of(e.function, e.at));
}

std::int64_t interpreter::srcu_down(const expression& e) {
    detail::grace_periods& periods = domain_of(e).periods();
    const engine::thread_id me = execution().self();
    const std::size_t number =
        periods.start_section(execution(), e.function->name.data(), site_of(e.function, e.at));
    periods.hand_over(me, number);
    ++sections_so_far_[e.args.front().index];
    // Not a value that tests use, nor one of srcu_read_lock().
    const std::int64_t cookie =
        1'000'000 + static_cast<std::int64_t>(number) * engine::max_threads + me;
    shared_.handed_over[cookie] = {&periods, me, number};
    return cookie;
}

void interpreter::srcu_up(const expression& e) {
    const std::int64_t cookie = evaluate(e.args[1]).number;
    const auto at = shared_.handed_over.find(cookie);
    if (at == shared_.handed_over.end() || at->second.periods != &domain_of(e).periods()) {
        shared_.misuse = fmt::format("{}:{}: there is no section {} of srcu_down_read() to end",
                                     e.at.line, e.at.column, cookie);
        return;
    }
    keep_open(at->second, e.args.front().index);
    at->second.periods->let_go(execution(), at->second.owner, at->second.number,
                               execution().self());
    execution().memory().tick(execution().self());
    shared_.handed_over.erase(at);
}

// --- accesses out of order ----------------------------------------------------------------------

task* interpreter::late_task_of(const expression& e) const {
    for (task* t : tasks_)
        if (t->what == &e && t->before_site < 0 && !t->issued)
            return t;
    return nullptr;
}

task* interpreter::early_task_of(const expression& e) const {
    for (task* t : tasks_)
        if (t->what == &e && t->before_site >= 0 && t->issued)
            return t;
    return nullptr;
}

/// Hands over what may be performed before the access `e`.
void interpreter::begin_early(const expression& e) {
    if (e.what != expression::kind::call)
        return;
    for (task* t : tasks_) {
        if (t->before_site != e.site || t->issued)
            continue;
        if (t->guess != nullptr) {
            issue(*t, place_of(t->guess->place));
            continue;
        }
        const builtin& f = *t->what->function;
        const auto argument = static_cast<std::size_t>(f.location_argument());
        for (std::size_t i = 0; i != t->what->args.size(); ++i)
            if (i != argument)
                t->operand = {evaluate(t->what->args[i]), nullptr, nullptr};
        if (f.implied_amount)
            t->operand.value.number = f.amount;
        t->control = control_;
        issue(*t, place_of(t->what->args[argument]));
    }
}

void interpreter::issue(task& t, const place& x) {
    engine::execution& run = execution();
    t.where = x;
    t.parent = run.self();
    t.issued_at = run.seq(run.self());
    t.issued = true;
    run.memory().continue_from(t.thread, run.self());
}

void interpreter::perform(task& t) {
    if (t.guess != nullptr)
        return perform_plain_store(*t.guess, t.where, {t.guess->value.number});
    const known_value operand = force(t.operand);
    if (t.what->function->what == action::store)
        perform_store(*t.what, t.where, operand, t.control);
    else if (t.what->function->what == action::add) {
        change(*t.what, variable(t.where), operand.number, {});
    } else if (t.wanted != nullptr)
        t.result = awaited_value(*t.what, t.where, *t.wanted);
    else
        t.result = awaited(*t.what, t.where, [](std::int64_t) { return true; });
}

void interpreter::run_task(task& t) {
    engine::execution& run = execution();
    const may_begin begin(t);
    if (stuck_ != nullptr)
        stuck_->waits_for_begin(t);
    wait_for(begin, "begin out of order");
    if (stuck_ != nullptr)
        stuck_->waits_no_longer();
    run.policy().order_after(t.parent, t.issued_at);
    if (t.never)
        return;
    for (const task* before : t.after) {
        run.policy().order_after(before->thread, before->done_at);
        run.memory().continue_after(t.thread, before->thread);
    }
    if (t.guess != nullptr && !take_ticket(t))
        return;
    perform(t);
    t.done = true;
    t.done_at = run.seq(run.self());
    for (const open_section& s : t.keeps_open)
        s.periods->let_go(run, s.owner, s.number, t.thread);
}

void interpreter::join(task& t) {
    if (t.joined)
        return;
    const is_done done(t);
    if (stuck_ != nullptr)
        stuck_->waits_for_end(t);
    wait_for(done, "wait for what was begun out of order");
    if (stuck_ != nullptr)
        stuck_->waits_no_longer();
    execution().policy().order_after(t.thread, t.done_at);
    execution().memory().continue_after(execution().self(), t.thread);
    t.joined = true;
}

/// The thread has come past a store that was guessed, and has not done it: if it was performed,
/// there is no such execution.
void interpreter::give_up_guess(task& t) {
    if (t.guess == nullptr || !t.issued || t.joined || std::exchange(t.given_up, true))
        return;
    if (!take_ticket(t))
        wait_for(never{}, "wait for ever after a wrong guess");
}

void interpreter::give_up_guesses() {
    for (task* t : tasks_)
        give_up_guess(*t);
}

template <class Condition>
void interpreter::join_if(Condition condition) {
    for (task* t : tasks_)
        if (t->issued && !t->joined && t->guess == nullptr && condition(*t))
            join(*t);
}

void interpreter::join_all() {
    join_if([](const task&) { return true; });
}

void interpreter::join_location(const place& x) {
    for (task* t : tasks_)
        if (t->issued && t->where.index == x.index)
            give_up_guess(*t);
    join_if([&](const task& t) { return t.where.index == x.index; });
}

/// What was begun in a section belongs to it, also when the thread itself has left.
void interpreter::keep_open(const open_section& s, int domain) {
    for (task* t : tasks_) {
        if (!t->issued || t->joined || t->guess != nullptr)
            continue;
        s.periods->keep_open(s.owner, s.number);
        if (stuck_ != nullptr)
            stuck_->section_is_kept_open(number_, domain, s.number, *t);
        if (t->done)
            s.periods->let_go(execution(), s.owner, s.number, t->thread);
        else
            t->keeps_open.push_back(s);
    }
}

bool interpreter::depends_on(const content& c, const task& t) {
    if (c.loaded_by == &t)
        return true;
    if (c.computed_by == nullptr)
        return false;
    const auto uses = [&](const auto& self, const expression& e) -> bool {
        if (e.what == expression::kind::reg)
            return depends_on(c.computed_by->registers[static_cast<std::size_t>(e.index)], t);
        return std::any_of(e.args.begin(), e.args.end(),
                           [&](const expression& a) { return self(self, a); });
    };
    return uses(uses, *c.computed_by->what);
}

} // namespace wbsync::litmus
