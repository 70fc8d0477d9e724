#include "gateway/crypto/provider/device_worker.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace yht::crypto {
namespace {

constexpr std::size_t kWaitingMax = 256;

}  // namespace

struct DeviceWorker::Queue {
    struct Job {
        Call call;
        std::optional<base::Result<base::Bytes>> answer;
        bool given_up = false;
    };

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::shared_ptr<Job>> waiting;  // all below protected by mutex
    bool ends = false;

    static void work(const std::shared_ptr<Queue>& queue);
};

void DeviceWorker::Queue::work(const std::shared_ptr<Queue>& queue) {
    std::unique_lock lock(queue->mutex);
    while (true) {
        queue->changed.wait(lock, [&] { return queue->ends || !queue->waiting.empty(); });
        if (queue->ends) return;
        const auto job = queue->waiting.front();
        queue->waiting.pop_front();
        if (job->given_up) continue;
        lock.unlock();
        auto answer = job->call();
        lock.lock();
        job->answer = std::move(answer);
        queue->changed.notify_all();
    }
}

DeviceWorker::DeviceWorker(std::string name, std::int64_t deadline_ms)
    : name_(std::move(name)), deadline_ms_(deadline_ms), queue_(std::make_shared<Queue>()) {
    std::thread(Queue::work, queue_).detach();
}

DeviceWorker::~DeviceWorker() {
    const std::lock_guard lock(queue_->mutex);
    queue_->ends = true;
    queue_->changed.notify_all();
}

base::Result<base::Bytes> DeviceWorker::run(Call call) const {
    const auto job = std::make_shared<Queue::Job>();
    job->call = std::move(call);
    std::unique_lock lock(queue_->mutex);
    const bool full = queue_->waiting.size() >= kWaitingMax;
    if (!full) {
        queue_->waiting.push_back(job);
        queue_->changed.notify_all();
        queue_->changed.wait_for(lock, std::chrono::milliseconds(deadline_ms_), [&] { return job->answer.has_value(); });
    }
    if (job->answer) return *std::move(job->answer);
    job->given_up = true;
    return base::makeError(
        base::ErrorCode::KeyDeviceSlow,
        name_ + (full ? ": too many calls wait for it" : ": no answer in " + std::to_string(deadline_ms_) + " ms")
    );
}

}  // namespace yht::crypto
