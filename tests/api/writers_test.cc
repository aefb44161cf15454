// The writers of image files other than PNG and JPEG, byte by byte as the formats' descriptions say; and what writers
// share: Exif, files that appear when they are complete.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/writing.h"
#include "tools/writers/error.h"
#include "tools/writers/exif.h"
#include "tools/writers/image_writer.h"
#include "tools/writers/output_file.h"

namespace jxlpool::tools {
namespace {

std::string Text(const Bytes& bytes, size_t size) {
  return std::string(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(std::min(size, bytes.size())));
}

TEST(PnmWriter, HeadersAndSamples) {
  const ImageDescription grey = GreyOrColor(1, false, 1);
  Bytes rows = RowsFor(FileFormat::kPgm, grey);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPgm, grey, rows), 9999), "P5\n13 7\n1\n" + Text(rows, 9999));
  EXPECT_EQ(Text(WriteOne(FileFormat::kPnm, grey, rows), 9999), "P5\n13 7\n1\n" + Text(rows, 9999));

  const ImageDescription color = GreyOrColor(3, true, 12);
  rows = RowsFor(FileFormat::kPpm, color);
  EXPECT_EQ(rows.size(), 13u * 7 * 3 * 2);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPpm, color, rows), 9999), "P6\n13 7\n4095\n" + Text(rows, 9999));
  EXPECT_THROW(LayoutFor(FileFormat::kPgm, color, {}), Error);
  // Grey is promoted by the decoder.
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, grey, {}).channels, JXLPOOL_CHANNELS_RGB);
}

TEST(PnmWriter, BitsPerSampleCanBeChosen) {
  const ImageDescription image = GreyOrColor(3, false, 12);
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, image, {8, false}).bits, 8u);
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, image, {8, false}).type, JXLPOOL_UINT8);
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, image, {0, false}).bits, 12u);
  EXPECT_EQ(LayoutFor(FileFormat::kPng, image, {-1, false}).bits, 16u);
  EXPECT_EQ(LayoutFor(FileFormat::kPng, image, {8, false}).bits, 8u);
}

TEST(PamWriter, TupleTypesNameTheChannels) {
  ImageDescription image = GreyOrColor(3, true, 8);
  Bytes rows = RowsFor(FileFormat::kPam, image);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPam, image, rows), 9999),
            "P7\nWIDTH 13\nHEIGHT 7\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + Text(rows, 9999));

  image.info.num_extra_channels = 2;
  image.extra_channels.push_back(image.extra_channels[0]);
  image.extra_channels[1].type = JXLPOOL_EXTRA_DEPTH;
  const PixelLayout layout = LayoutFor(FileFormat::kPam, image, {-1, true});
  EXPECT_EQ(layout.num_channels, 5u);
  rows = RandomRows(13 * 7 * 5, 2);
  EXPECT_EQ(
      Text(WriteFrames(FileFormat::kPam, image, layout, {rows}), 9999),
      "P7\nWIDTH 13\nHEIGHT 7\nDEPTH 5\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nTUPLTYPE Depth\nENDHDR\n" + Text(rows, 9999));

  const PixelLayout plane = LayoutForExtraChannel(FileFormat::kPam, image, 1, {});
  rows.resize(13 * 7);
  EXPECT_EQ(Text(WriteFrames(FileFormat::kPam, image, plane, {rows}), 9999),
            "P7\nWIDTH 13\nHEIGHT 7\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n" + Text(rows, 9999));
}

TEST(PfmWriter, RowsGoFromBottomToTop) {
  const ImageDescription image = GreyOrColor(3, false, 32);
  const Bytes rows = RowsFor(FileFormat::kPfm, image);
  const size_t row_bytes = 13 * 3 * 4;
  ASSERT_EQ(rows.size(), 7 * row_bytes);
  std::string want = "PF\n13 7\n-1.0\n";
  for (size_t y = 7; y-- > 0;) want.append(reinterpret_cast<const char*>(rows.data()) + y * row_bytes, row_bytes);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPfm, image, rows), 9999), want);
}

TEST(NpyWriter, HeaderTellsTheShapeOnceItIsKnown) {
  ImageDescription image = GreyOrColor(3, true, 8);
  image.animation = true;
  const Bytes first = RowsFor(FileFormat::kNpy, image, 1), second = RowsFor(FileFormat::kNpy, image, 2);
  const Bytes file = WriteFrames(FileFormat::kNpy, image, LayoutFor(FileFormat::kNpy, image, {}), {first, second});
  ASSERT_EQ(file.size(), 128 + first.size() + second.size());
  EXPECT_EQ(Text(file, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(file[8] + 256 * file[9], 118);
  const std::string header = Text(file, 128).substr(10);
  EXPECT_EQ(header.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 7, 13, 4), }"), 0u);
  EXPECT_EQ(header.back(), '\n');
  EXPECT_TRUE(std::equal(first.begin(), first.end(), file.begin() + 128));
  EXPECT_TRUE(std::equal(second.begin(), second.end(), file.begin() + 128 + static_cast<ptrdiff_t>(first.size())));
}

TEST(Exif, OrientationIsReset) {
  for (const bool little : {true, false}) {
    // One directory with the width and the orientation.
    Bytes tiff = {'I', 'I', 42, 0,    8,    0, 0, 0, 2, 0, 0x00, 0x01, 3, 0, 1, 0, 0, 0, 9,
                  0,   0,   0,  0x12, 0x01, 3, 0, 1, 0, 0, 0,    6,    0, 0, 0, 0, 0, 0, 0};
    if (!little) {
      tiff = {'M', 'M', 0, 42,   0,    0, 0, 8, 0, 2, 0x01, 0x00, 0, 3, 0, 0, 0, 1, 0,
              9,   0,   0, 0x01, 0x12, 0, 3, 0, 0, 0, 1,    0,    6, 0, 0, 0, 0, 0, 0};
    }
    Bytes want = tiff;
    want[little ? 30 : 31] = 1;
    Bytes got = tiff;
    ResetExifOrientation(&got);
    EXPECT_EQ(got, want);
    // Every truncation is survived.
    for (size_t size = 0; size < tiff.size(); ++size) {
      Bytes cut(tiff.begin(), tiff.begin() + static_cast<ptrdiff_t>(size));
      ResetExifOrientation(&cut);
    }
  }
  Bytes far = {'I', 'I', 42, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  ResetExifOrientation(&far);
}

TEST(OutputFile, AppearsWhenCommittedOnly) {
  const Folder folder;
  {
    OutputFile file(folder.File("a"), OutputFile::Access::kStream);
    file.Write("abc", 3);
    EXPECT_EQ(folder.List().size(), 1u);
    EXPECT_NE(folder.List()[0], "a");
  }
  EXPECT_TRUE(folder.List().empty());
  OutputFile file(folder.File("a"), OutputFile::Access::kRandom);
  file.Write("abc", 3);
  file.WriteAt(1, "X", 1);
  file.Write("d", 1);
  file.Commit();
  EXPECT_EQ(folder.List(), std::vector<std::string>{"a"});
  EXPECT_EQ(Text(testing::ReadFile(folder.File("a")), 99), "aXcd");
  struct stat status;
  ASSERT_EQ(stat(folder.File("a").c_str(), &status), 0);
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(status.st_mode & 0777, 0666 & ~mask);
}

TEST(OutputFile, KeepsTheOldFileUntilThen) {
  const Folder folder;
  {
    OutputFile file(folder.File("a"), OutputFile::Access::kStream);
    file.Write("old", 3);
    file.Commit();
  }
  chmod(folder.File("a").c_str(), 0640);
  ASSERT_EQ(symlink("a", folder.File("link").c_str()), 0);
  { OutputFile(folder.File("link"), OutputFile::Access::kStream).Write("new", 3); }
  EXPECT_EQ(Text(testing::ReadFile(folder.File("a")), 99), "old");
  OutputFile file(folder.File("link"), OutputFile::Access::kStream);
  file.Write("new", 3);
  file.Commit();
  EXPECT_EQ(Text(testing::ReadFile(folder.File("a")), 99), "new");
  struct stat status;
  ASSERT_EQ(lstat(folder.File("link").c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
  ASSERT_EQ(stat(folder.File("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(OutputFile, FailuresNameTheFile) {
  const auto message = [](const std::string& path, OutputFile::Access access) -> std::string {
    try {
      OutputFile file(path, access);
      file.Write("abc", 3);
      file.Commit();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("/dev/full", OutputFile::Access::kStream), "/dev/full: cannot write: No space left on device");
  EXPECT_EQ(message("/dev/full", OutputFile::Access::kRandom), "/dev/full: cannot write: No space left on device");
  EXPECT_EQ(message("/no/such/folder/a", OutputFile::Access::kStream),
            "/no/such/folder/a: cannot write: No such file or directory");
  EXPECT_EQ(message("/tmp", OutputFile::Access::kStream), "/tmp: cannot write: Is a directory");
  EXPECT_EQ(message("/dev/null", OutputFile::Access::kRandom), "");
}

}  // namespace
}  // namespace jxlpool::tools
