#include "run/quota_link.hpp"

#include "ledger/account_ledger.hpp"
#include "ledger/ledger_clock.hpp"
#include "ledger/memory_ledger.hpp"
#include "run/settings.hpp"

#include <boost/asio/post.hpp>

#include <thread>
#include <utility>
#include <variant>

namespace cardresolver::run {
namespace {

using clock = std::chrono::steady_clock;

/// The machine has slept where its clocks differ by more than it takes to read them.
constexpr auto least_sleep = std::chrono::milliseconds(100);

/// Between two tries of an exchange.
constexpr auto retry_pause = std::chrono::milliseconds(500);

/// A ledger that does not answer shall not keep the process: the lease ends by itself.
constexpr auto longest_farewell = std::chrono::seconds(1);

std::unique_ptr<ledger::quota_ledger> open_account(const settings& settings) {
    const auto& url = settings.url;
    return std::make_unique<ledger::account_ledger>(
        *settings.state_dir, ledger::account_name{url.host, url.port, settings.account.appid});
}

}  // namespace

std::unique_ptr<ledger::quota_ledger> open_ledger(const settings& settings, std::uint64_t random) {
    if (!settings.state_dir) return std::make_unique<ledger::memory_ledger>(random);
    const auto until = clock::now() + settings.dispatch.give_up_after;
    for (bool is_told = false;; is_told = true) {
        try {
            return open_account(settings);
        } catch (const ledger::ledger_error& error) {
            if (!error.is_passing() || clock::now() >= until) throw;
            if (!is_told && settings.on_wait) settings.on_wait(error.what());
        }
        std::this_thread::sleep_for(retry_pause);
    }
}

quota_link::quota_link(net::asio::io_context& context, dispatch::dispatcher& dispatcher,
                       carrier::transid_sequence& transids, std::unique_ptr<ledger::quota_ledger> ledger,
                       std::function<void()> on_progress)
    : dispatcher_(dispatcher),
      transids_(transids),
      on_progress_(std::move(on_progress)),
      timer_(context.get_executor(), [this] { on_progress_(); }),
      slept_(ledger::slept_since_boot(ledger::time_since_boot(), clock::now())),
      thread_(std::move(ledger), [this, &context] { net::asio::post(context, [this] { on_progress_(); }); }) {
}

void quota_link::tend() {
    const auto since_boot = ledger::time_since_boot();
    const auto now = clock::now();
    notice_suspend(ledger::slept_since_boot(since_boot, now));
    take_answer(now);
    if (error_) return;
    const auto due = retry_at_ ? *retry_at_ : dispatcher_.ledger_due_at(now);
    if (due > now) return timer_.wake_at(due);
    ask(retry_at_ ? std::move(last_request_) : dispatcher_.ask_ledger(now));
}

void quota_link::ask(dispatch::quota::request request) {
    retry_at_.reset();
    last_request_ = request;
    thread_.ask(std::move(request));
}

/// The steady clock stands still while the machine sleeps; the ledger's does not.
void quota_link::notice_suspend(dispatch::duration slept) {
    if (slept - slept_ > least_sleep) dispatcher_.on_suspended();
    slept_ = slept;
}

void quota_link::take_answer(dispatch::time_point now) {
    const auto answer = thread_.take_answer();
    if (!answer) return;
    if (const auto* granted = std::get_if<dispatch::quota::grant>(&*answer)) {
        take_grant(*granted, now);
    } else {
        take_error(std::get<ledger::ledger_error>(*answer), now);
    }
}

void quota_link::take_grant(const dispatch::quota::grant& granted, dispatch::time_point now) {
    waits_for_.clear();
    if (granted.transids.count > 0) transids_.use(granted.transids);
    clock_behind_ = granted.clock_behind;
    dispatcher_.on_grant(granted, now);
}

/// What passes is waited for: nothing is sent meanwhile.
void quota_link::take_error(const ledger::ledger_error& error, dispatch::time_point now) {
    if (error.is_passing()) {
        waits_for_ = error.what();
        retry_at_ = now + retry_pause;
    } else {
        error_ = error;
    }
}

void quota_link::leave() {
    if (error_ || retry_at_) return;
    thread_.leave(dispatcher_.leave_ledger(clock::now()), longest_farewell);
}

}  // namespace cardresolver::run
