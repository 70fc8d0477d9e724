#include "gateway/crypto/provider/device_worker.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace yht::crypto {
namespace {

using base::ErrorCode;

/// What a call waits at until the test opens it.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    void pass() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return open; });
    }
    void unlock() {
        const std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
};

constexpr std::int64_t kLongMs = 60'000, kShortMs = 20;

TEST(DeviceWorker, GivesTheCallsAnswerAndItsErrors) {
    const DeviceWorker worker("device", kLongMs);
    EXPECT_EQ("answer", worker.run([] { return base::Bytes("answer"); }).value());
    const auto error = worker.run([]() -> base::Result<base::Bytes> { return base::makeError(ErrorCode::KeyMissing); });
    EXPECT_EQ(ErrorCode::KeyMissing, error.error().code);
}

TEST(DeviceWorker, ACallThatHangsIsGivenUpAndNamed) {
    const auto gate = std::make_shared<Gate>();
    const DeviceWorker worker("pkcs11:token=slow", kShortMs);
    const auto late = worker.run([gate]() -> base::Result<base::Bytes> {
        gate->pass();
        return base::Bytes("too late");
    });
    EXPECT_EQ(ErrorCode::KeyDeviceSlow, late.error().code);
    EXPECT_EQ("pkcs11:token=slow: no answer in 20 ms", late.error().detail);
    gate->unlock();
}

TEST(DeviceWorker, WhatWasGivenUpIsNotRunWhenTheDeviceComesBack) {
    const auto gate = std::make_shared<Gate>();
    const auto runs = std::make_shared<std::atomic<int>>(0);
    auto worker = std::make_unique<DeviceWorker>("device", kShortMs);
    const auto runAndGiveUp = [&] {
        const auto answer = worker->run([gate, runs]() -> base::Result<base::Bytes> {
            ++*runs;
            gate->pass();
            return base::Bytes();
        });
        EXPECT_EQ(ErrorCode::KeyDeviceSlow, answer.error().code);
    };
    while (*runs == 0) runAndGiveUp();  // its thread may not have come to the first in time
    runAndGiveUp();
    runAndGiveUp();
    gate->unlock();
    base::Result<base::Bytes> answer = base::makeError(ErrorCode::KeyDeviceSlow);
    while (!answer.ok()) answer = worker->run([] { return base::Bytes("back"); });
    EXPECT_EQ("back", *answer);
    EXPECT_EQ(1, *runs);
}

TEST(DeviceWorker, NobodyWaitsForAHangingCallToDestroyIt) {
    const auto gate = std::make_shared<Gate>();
    {
        const DeviceWorker worker("device", kShortMs);
        static_cast<void>(worker.run([gate]() -> base::Result<base::Bytes> {
            gate->pass();
            return base::Bytes();
        }));
    }
    gate->unlock();
}

}  // namespace
}  // namespace yht::crypto
