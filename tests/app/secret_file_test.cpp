#include "app/options/secret_file.hpp"

#include "app/options/user_information.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace cardresolver::app {
namespace {

using testing::HasSubstr;

TEST(password_file, gives_its_first_line) {
    const support::temporary_folder folder;
    std::string error;
    for (const std::string_view content : {"s3cret", "s3cret\n", "s3cret\r\n", "s3cret\nsecond line\n"}) {
        const auto password = read_password_file(folder.write("p", content), file_protection::by_mode, error);
        ASSERT_TRUE(password) << error;
        EXPECT_EQ(password->reveal(), "s3cret");
    }
}

TEST(password_file, is_refused_where_others_are_let_in) {
    const support::temporary_folder folder;
    for (const unsigned mode : {0640U, 0604U, 0660U, 0644U}) {
        std::string error;
        const auto path = folder.write("p", "s3cret\n", mode);
        EXPECT_FALSE(read_password_file(path, file_protection::by_mode, error));
        EXPECT_THAT(error, HasSubstr("chmod 600"));
        EXPECT_TRUE(read_password_file(path, file_protection::by_directory, error));
    }
}

TEST(password_file, is_refused_where_it_is_empty_absent_or_huge) {
    const support::temporary_folder folder;
    std::string error;
    EXPECT_FALSE(read_password_file(folder.write("p", "\n"), file_protection::by_mode, error));
    EXPECT_THAT(error, HasSubstr("empty"));
    EXPECT_FALSE(read_password_file(folder.path_of("none"), file_protection::by_mode, error));
    EXPECT_THAT(error, HasSubstr("No such file"));
    EXPECT_FALSE(read_password_file(folder.path_of("."), file_protection::by_mode, error));
    EXPECT_FALSE(
        read_password_file(folder.write("p", std::string(5000, 'x')), file_protection::by_mode, error));
    EXPECT_THAT(error, HasSubstr("4096"));
}

TEST(password_file, may_be_a_fifo) {
    const support::temporary_folder folder;
    const auto path = folder.path_of("fifo");
    ASSERT_EQ(::mkfifo(path.c_str(), 0644), 0);
    std::thread writer([&] { std::ofstream(path) << "s3cret\n"; });
    std::string error;
    const auto password = read_password_file(path, file_protection::by_mode, error);
    writer.join();
    ASSERT_TRUE(password) << error;
    EXPECT_EQ(password->reveal(), "s3cret");
}

TEST(password_file, may_be_a_descriptor) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], "s3cret\n", 7), 7);
    ::close(ends[1]);
    std::string error;
    const auto password =
        read_password_file("/dev/fd/" + std::to_string(ends[0]), file_protection::by_mode, error);
    ::close(ends[0]);
    ASSERT_TRUE(password) << error;
    EXPECT_EQ(password->reveal(), "s3cret");
}

TEST(user_information, is_found_wherever_it_hides) {
    for (const std::string_view url : {"http://user:pw@host:3128", "user:pw@host", "http://:pw@host",
                                       "x://u:p@", "http://u:p@q@host", "http:/u:p@host"}) {
        EXPECT_TRUE(holds_password(url)) << url;
    }
    for (const std::string_view url : {"http://host:3128", "http://user@host:3128", "host:1", ""}) {
        EXPECT_FALSE(holds_password(url)) << url;
    }
}

}  // namespace
}  // namespace cardresolver::app
