// What the codec's tests share: a login's facts and the IAM's answers.
#pragma once

#include "daemon/iam/keystone_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::iam {
using namespace std::chrono_literals;

inline const moment asked{instant(100s), wall_time(1'767'225'600s)}; // 2026-01-01T00:00:00Z

struct codec : testing::Test {
    secret password{"s3cret\"\n\xc3\xa9"};
    auth_config by_name{.username = "ci-bot", .user_domain = {.id = "", .name = "Default"}};
    login_facts facts{"iam.example", "ci", "ci-bot@Default", "eu-de", &password, asked};

    static http_answer answer(unsigned status, std::string_view body) {
        http_answer made{.status = status};
        made.body.assign(body.data(), body.size());
        return made;
    }
    static http_answer created(std::string_view life, std::string_view value = "gAAAAtoken") {
        http_answer made = answer(201, "{\"token\":{" + std::string(life) + "}}");
        made.subject_token = secret(value);
        return made;
    }
    std::string login(const auth_config& who, const scope& target) const {
        wiped_string body = format_login(who, {.value = &password}, target);
        return {body.data(), body.size()};
    }
    static const fetch_failure& failure(const login_answer& parsed) {
        return std::get<fetch_failure>(parsed.result.outcome);
    }
    static const token& granted(const login_answer& parsed) {
        return token_of(*std::get<std::shared_ptr<credential>>(parsed.result.outcome));
    }
};

} // namespace tokenward::iam
