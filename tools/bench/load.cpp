#include "tools/bench/load.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>

#include "gateway/base/assert.h"
#include "tools/bench/answer_check.h"
#include "tools/bench/figures.h"
#include "tools/bench/machine.h"
#include "tools/bench/tls_line.h"

namespace yht::bench {

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr int kEventsMax = 256;

/// Base's clock counts milliseconds; latencies need more.
std::int64_t steadyMicros() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

class Generator {
public:
    Generator(
        const std::vector<Request>& requests, const std::vector<std::int64_t>& arrivals_us,
        const LoadOptions& options
    )
        : requests_(requests), arrivals_us_(arrivals_us), options_(options) {
        YHT_ASSERT(arrivals_us.empty() || arrivals_us.size() == requests.size());
        epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
        for (std::size_t i = 0; i < options.connections; ++i) connect(i);
        result_.latency_us.reserve(requests.size());
        if (open()) result_.lateness_us.reserve(requests.size());
    }
    ~Generator() { ::close(epoll_); }
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;

    LoadResult run(const base::Clock& clock) {
        if (options_.connected) options_.connected();
        const double cpu_begin = ownCpuSeconds();
        result_.started_ms = clock.nowMillis();
        start_us_ = progressed_us_ = told_us_ = steadyMicros();
        while (answered_ < requests_.size()) {
            sendDue(steadyMicros());
            takeAnswers();
            watch(steadyMicros());
        }
        result_.seconds = static_cast<double>(steadyMicros() - start_us_) / kSecondUs;
        result_.generator_cpu_s = ownCpuSeconds() - cpu_begin;
        std::sort(result_.latency_us.begin(), result_.latency_us.end());
        std::sort(result_.lateness_us.begin(), result_.lateness_us.end());
        return std::move(result_);
    }

private:
    struct Slot {
        std::unique_ptr<TlsLine> line;
        std::size_t request = 0;
        std::int64_t since_us = 0;  // intended time, or when it was sent
        bool busy = false;
    };

    bool open() const { return !arrivals_us_.empty(); }

    void connect(std::size_t index) {
        slots_.push_back({std::make_unique<TlsLine>(options_.context, options_.port)});
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.u64 = index;
        // One read on it: the handshake is over on both sides, and its cost is not the load's.
        slots_.back().line->exchange("GET /v1/checkpoint HTTP/1.1\r\nhost: localhost\r\n\r\n");
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, slots_.back().line->descriptor(), &event);
        idle_.push_back(index);
    }

    /// Longest idle first: every connection, and so every thread of the gateway, has its share.
    void sendDue(std::int64_t now_us) {
        while (next_ < requests_.size() && !idle_.empty()) {
            const std::int64_t intended_us = open() ? start_us_ + arrivals_us_[next_] : now_us;
            if (intended_us > now_us) return;
            Slot& slot = slots_[idle_.front()];
            idle_.pop_front();
            slot.request = next_++;
            slot.since_us = intended_us;
            slot.busy = true;
            if (open()) result_.lateness_us.push_back(micros(now_us - intended_us));
            slot.line->send(requests_[slot.request].bytes);
            now_us = steadyMicros();
        }
    }

    void takeAnswers() {
        epoll_event events[kEventsMax];
        const timespec wait = waitTime(steadyMicros());
        const int count = ::epoll_pwait2(epoll_, events, kEventsMax, &wait, nullptr);
        for (int i = 0; i < count; ++i) {
            Slot& slot = slots_[events[i].data.u64];
            if (!slot.busy || !slot.line->advance()) continue;
            const std::int64_t now_us = steadyMicros();
            note(slot, now_us);
            slot.busy = false;
            idle_.push_back(events[i].data.u64);
            // What has come due meanwhile does not wait for the rest of this round.
            sendDue(now_us);
        }
    }

    timespec waitTime(std::int64_t now_us) const {
        std::int64_t wait_us = kSecondUs;
        if (open() && next_ < requests_.size() && !idle_.empty())
            wait_us =
                std::clamp<std::int64_t>(start_us_ + arrivals_us_[next_] - now_us, 0, kSecondUs);
        return {wait_us / kSecondUs, static_cast<long>(wait_us % kSecondUs * 1000)};
    }

    void note(const Slot& slot, std::int64_t now_us) {
        const Request& request = requests_[slot.request];
        const Answer answer = slot.line->answer();
        checkAnswer(answer, request);
        result_.latency_us.push_back(micros(now_us - slot.since_us));
        result_.records += request.records;
        if (options_.keep_seqs) keepSeqs(answer, slot.request);
        if (slot.request % options_.sample_every == 0)
            result_.samples.push_back({slot.request, answer.status, std::string(answer.body)});
        ++answered_;
        progressed_us_ = now_us;
    }

    void keepSeqs(const Answer& answer, std::size_t request) {
        const std::size_t records = requests_[request].records;
        result_.seqs.resize(std::max(result_.seqs.size(), (request + 1) * records));
        readSeqs(answer, &result_.seqs[request * records], records);
    }

    void watch(std::int64_t now_us) {
        if (now_us - progressed_us_ > kStallMillisMax * 1000 && next_ > answered_)
            throw Invalid(
                "no answer for " + std::to_string(kStallMillisMax / 1000) + " s, " +
                std::to_string(next_ - answered_) + " requests under way"
            );
        if (next_ == answered_) progressed_us_ = now_us;
        if (!options_.progress || now_us - told_us_ < kSecondUs) return;
        told_us_ = now_us;
        options_.progress(answered_);
    }

    static std::uint32_t micros(std::int64_t value) {
        return static_cast<std::uint32_t>(std::max<std::int64_t>(value, 0));
    }

    const std::vector<Request>& requests_;
    const std::vector<std::int64_t>& arrivals_us_;
    const LoadOptions& options_;
    int epoll_ = -1;
    std::vector<Slot> slots_;
    std::deque<std::size_t> idle_;
    std::size_t next_ = 0, answered_ = 0;
    std::int64_t start_us_ = 0, progressed_us_ = 0, told_us_ = 0;
    LoadResult result_;
};

}  // namespace

LoadResult run(
    const std::vector<Request>& requests, const std::vector<std::int64_t>& arrivals_us,
    const LoadOptions& options, const base::Clock& clock
) {
    return Generator(requests, arrivals_us, options).run(clock);
}

}  // namespace yht::bench
